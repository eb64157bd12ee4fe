//! The page: one file with everything in it, made for sending.

use super::Shown;
use crate::Failure;
use mock_host::media::write_png;
use std::path::Path;

const PAGE: &str = include_str!("page.html");

/// Writes it. It needs no network and no other file.
pub fn write(path: &Path, title: &str, settings: &[String], shown: &[Shown]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::Failed(format!("{}: {e}", path.display()));
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut pictures = Vec::new();
    for one in shown {
        // Through a file: the writer of PNGs is one for all.
        let png = path.with_extension(format!("{}.png", std::process::id()));
        let bytes = write_png(&png, &one.picture, one.picture.bounds).map(|()| std::fs::read(&png));
        let _ = std::fs::remove_file(&png);
        pictures.push((one, bytes?.map_err(failed)?));
    }
    let bounds = shown[0].picture.bounds;
    let buttons: String = shown[1..]
        .iter()
        .enumerate()
        .map(|(i, s)| format!("<button data-i=\"{}\">{}</button>", i + 1, escape(&s.label)))
        .collect();
    let data: Vec<String> = pictures
        .iter()
        .map(|(one, png)| format!("{{label:{},src:\"data:image/png;base64,{}\"}}", json(&one.label), base64(png)))
        .collect();
    let settings: String = settings.iter().map(|s| format!("<li>{}</li>", escape(s))).collect();
    let text = PAGE
        .replace("@TITLE@", &escape(title))
        .replace("@SETTINGS@", &settings)
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@WIDTH@", &bounds.width().to_string())
        .replace("@HEIGHT@", &bounds.height().to_string())
        .replace("@BUTTONS@", &buttons)
        .replace("@PICTURES@", &data.join(",\n"));
    std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path)).map_err(failed)
}

/// Text for HTML, in attributes too.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text for a script in HTML: `<` would end it.
fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default().replace('<', "\\u003c")
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| w << 8 | u32::from(*group.get(i).unwrap_or(&0)));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (text, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn labels_cannot_break_the_page() {
        assert_eq!(escape("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
        assert_eq!(json("</script>\""), "\"\\u003c/script>\\\"\"");
    }
}
