<?xml version="1.0" encoding="UTF-8"?>
<ColorCorrection id="shot 10">
  <SOPNode>
    <Description>day &amp; night</Description>
    <Slope>1.35 1.1 0.071</Slope>
    <Offset>0.05 -0.23 0.11</Offset>
    <Power>0.93 8.1e-1
       1.27</Power>
  </SOPNode>
  <SatNode><Saturation>1.23</Saturation></SatNode>
</ColorCorrection>
