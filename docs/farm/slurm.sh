#!/bin/sh
#SBATCH --job-name=fathom
#SBATCH --array=1-8
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=1
#SBATCH --output=fathom-%A_%a.log
# SHOT: the folder with beauty.####.exr and z.####.exr. FATHOM: the program; beside it lies the bundle.
set -eu
exec "${FATHOM:-fathom}" render --effect ZDefocus \
    --clip "Source=$SHOT/beauty.####.exr" --clip "Depth=$SHOT/z.####.exr" \
    --set focusDistance@1=1.6 --set focusDistance@24=8 --set sizeAtInfinity=20 \
    --frames 1-24 --chunk "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --skip-existing --keep-going --log text --threads "${SLURM_CPUS_PER_TASK:-1}" \
    --out "$SHOT/out.####.exr"
