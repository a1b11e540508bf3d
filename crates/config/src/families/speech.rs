//! Language models that hear: encoders of sound beside them, and what joins the two.

use crate::block::{Block, Blocks, Ffn, Mixer};
use crate::cfg::{Cfg, R, div};
use crate::context::{Cx, bounded};
use crate::families::multimodal::{text_model, tower};
use crate::families::{audio, dense};
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask, Part, Unknown};

/// Frames of the sound given, or of half a minute.
fn frames(cx: &Cx, otherwise: u64) -> R<u64> {
    match cx.last(&["input_features"])? {
        Some(f) => bounded(f, "number of frames"),
        None => Ok(otherwise),
    }
}

/// What a layer of an encoder of sound is made of.
struct Layer {
    d: u64,
    heads: u64,
    head: u64,
    inner: u64,
    /// Biases of queries, keys, values, output.
    bias: [bool; 4],
    gated: bool,
    mlp_bias: [bool; 2],
    /// Parameters of one norm.
    norm: u64,
    mask: Mask,
}

impl Layer {
    /// A layer of Whisper's encoder, keys with a bias or without.
    fn whisper(a: &Cfg, keys: bool) -> R<Self> {
        let d = a.u("d_model")?;
        let heads = a.u("encoder_attention_heads")?;
        Ok(Layer {
            d,
            heads,
            head: div(d, heads, "encoder_attention_heads")?,
            inner: a.u("encoder_ffn_dim")?,
            bias: [true, keys, true, true],
            gated: false,
            mlp_bias: [true; 2],
            norm: d.saturating_mul(2),
            mask: Mask::Full,
        })
    }

    /// Adds `layers` of them on `n` positions that see their own `window` alone, and a norm after the last.
    fn add(&self, cx: &mut Cx, path: &str, layers: u64, n: u64, window: Option<u64>) {
        let d = self.d;
        let a = Attention::new(d, self.heads, self.heads, self.head, self.mask).biased(self.bias);
        let f = FeedForward {
            width: d,
            inner: self.inner,
            gated: self.gated,
            bias: self.mlp_bias,
        };
        let mixer = match window.filter(|w| *w > 0 && *w < n) {
            Some(w) => {
                let (whole, rest) = (n / w * w, n % w);
                let core = Cost::new()
                    .attend(whole, w, self.heads, self.head, self.head, self.mask)
                    .attend(rest, rest, self.heads, self.head, self.head, self.mask);
                Mixer::Other(
                    "window attention",
                    Box::new(a.projections(n, n)),
                    Box::new(core),
                )
            }
            None => Mixer::Own(a),
        };
        let block = Block {
            mixers: vec![("self_attn", mixer)],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: self.norm.saturating_mul(2),
        };
        Blocks::alike(block, layers).add(cx, &format!("{path}.layers"), n);
        cx.t.add(
            &format!("{path}.norm"),
            "norm",
            1,
            Cost::new().vector(self.norm),
        );
    }
}

/// Two convolutions over time, the second halving it: positions that remain.
fn convolutions(cx: &mut Cx, path: &str, f: u64, n: u64, bins: u64, d: u64) {
    let k = Cost::new()
        .convolution(f, bins, d, 3, 1, true)
        .convolution(n, d, d, 3, 1, true);
    cx.t.add(&format!("{path}.convolutions"), "convolution", 1, k);
}

/// Three convolutions over time and pitch (Qwen3's encoders): positions, and how many of them see each other.
fn qwen3_encoder(cx: &mut Cx, a: &Cfg, path: &str) -> R<(u64, u64)> {
    let (d, bins) = (a.u("d_model")?, a.u("num_mel_bins")?);
    let f = frames(cx, 3000)?;
    let half = |x: u64| output_size(x, 3, 2, 1, 1);
    let chunk = a.or("n_window", 50)?.saturating_mul(2).max(1);
    // Chunks shorter than a whole one are padded to the longest.
    let chunks = f.div_ceil(chunk);
    let longest = chunk.min(f);
    let (mut time, mut pitch, mut width) = (longest, bins, 1);
    let channels = a.u("downsample_hidden_size")?;
    let mut k = Cost::new();
    for _ in 0..3 {
        (time, pitch) = (half(time), half(pitch));
        k = k.convolution(
            chunks.saturating_mul(time).saturating_mul(pitch),
            width,
            channels,
            9,
            1,
            true,
        );
        width = channels;
    }
    let wide = channels.saturating_mul(pitch);
    k = k.linear(chunks.saturating_mul(time), wide, d, false);
    cx.t.add(&format!("{path}.convolutions"), "convolution", 1, k);
    let rest = f % chunk;
    let n = (f / chunk)
        .saturating_mul(half(half(half(chunk))))
        .saturating_add(if rest > 0 { half(half(half(rest))) } else { 0 });
    let window = time.saturating_mul(a.or("n_window_infer", 800)? / chunk);
    Layer::whisper(a, true)?.add(cx, path, a.layers("encoder_layers")?, n, Some(window));
    Ok((n, d))
}

/// The encoder of Qwen2.5-Omni: Whisper in chunks, without learned positions; every second position goes on.
fn omni_encoder(cx: &mut Cx, a: &Cfg, path: &str) -> R<u64> {
    let (d, bins) = (a.u("d_model")?, a.u("num_mel_bins")?);
    let f = frames(cx, 3000)?;
    let chunk = a.or("n_window", 100)?.saturating_mul(2).max(1);
    let padded = f.div_ceil(chunk).saturating_mul(chunk.min(f));
    let half = |x: u64| output_size(x, 3, 2, 1, 1);
    let whole = half(chunk);
    let rest = f % chunk;
    let n = (f / chunk)
        .saturating_mul(whole)
        .saturating_add(if rest > 0 { half(rest) } else { 0 });
    let after = f.div_ceil(chunk).saturating_mul(half(chunk.min(f)));
    convolutions(cx, path, padded, after, bins, d);
    Layer::whisper(a, false)?.add(cx, path, a.layers("encoder_layers")?, n, Some(whole));
    let out = a.or("output_dim", 3584)?;
    let m = n / 2;
    let k = Cost::new().weights(&[2, out]).linear(m, d, out, true);
    cx.t.add(&format!("{path}.proj"), "projector", 1, k);
    Ok(m)
}

/// The encoder of Voxtral Realtime: causal, a window, gated parts.
fn realtime_encoder(cx: &mut Cx, a: &Cfg, path: &str) -> R<(u64, u64)> {
    let d = a.u("hidden_size")?;
    let heads = a.u("num_attention_heads")?;
    let f = frames(cx, 3000)?;
    let n = f.div_ceil(2);
    convolutions(cx, path, f, n, a.u("num_mel_bins")?, d);
    let layer = Layer {
        d,
        heads,
        head: a.or("head_dim", div(d, heads, "num_attention_heads")?)?,
        inner: a.u("intermediate_size")?,
        bias: [true, false, true, true],
        gated: true,
        mlp_bias: [false, true],
        norm: d,
        mask: match a.opt("sliding_window")? {
            Some(w) if w > 0 => Mask::Window(w),
            _ => Mask::Causal,
        },
    };
    layer.add(cx, path, a.layers("num_hidden_layers")?, n, None);
    Ok((n, d))
}

/// The encoder of GLM-ASR: Whisper with rotary positions.
fn glm_encoder(cx: &mut Cx, a: &Cfg, path: &str) -> R<(u64, u64)> {
    let d = a.u("hidden_size")?;
    let heads = a.u("num_attention_heads")?;
    let f = frames(cx, 3000)?;
    let n = output_size(f, 3, 2, 1, 1);
    convolutions(cx, path, f, n, a.u("num_mel_bins")?, d);
    let layer = Layer {
        d,
        heads,
        head: a.or("head_dim", div(d, heads, "num_attention_heads")?)?,
        inner: a.u("intermediate_size")?,
        bias: [true, false, true, true],
        gated: false,
        mlp_bias: [true; 2],
        norm: d.saturating_mul(2),
        mask: Mask::Full,
    };
    layer.add(cx, path, a.layers("num_hidden_layers")?, n, None);
    Ok((n, d))
}

/// An encoder of sound and its projector, by the type of the whole.
fn listen(cx: &mut Cx, c: &Cfg, a: &Cfg, td: u64) -> R<()> {
    let (path, p) = ("audio_tower", "multi_modal_projector");
    let k = match c.model_type.as_str() {
        "audioflamingo3" | "musicflamingo" => {
            let (n, d) = audio::whisper_encoder(cx, a, path)?;
            // Neighbours are averaged two by two.
            let (m, bias) = (n / 2, c.b_or("projector_bias", true));
            Cost::new().linear(m, d, td, bias).linear(m, td, td, bias)
        }
        "glmasr" => {
            let (n, d) = glm_encoder(cx, a, path)?;
            let wide = a.u("intermediate_size")?;
            let m = div(n.saturating_mul(d), wide, "intermediate_size")?;
            let twice = td.saturating_mul(2);
            Cost::new()
                .linear(m, wide, twice, true)
                .linear(m, twice, td, true)
        }
        "voxtral_realtime" => {
            let (n, d) = realtime_encoder(cx, a, path)?;
            let four = c.or("downsample_factor", 4)?.max(1);
            let m = n / four;
            Cost::new()
                .linear(m, d.saturating_mul(four), td, false)
                .linear(m, td, td, false)
        }
        _ => {
            let (n, d) = qwen3_encoder(cx, a, path)?;
            let out = a.or("output_dim", 3584)?;
            Cost::new().linear(n, d, d, true).linear(n, d, out, true)
        }
    };
    cx.t.add(p, "projector", 1, k);
    Ok(())
}

/// Says that sound or pictures were not given.
fn silent(cx: &mut Cx) {
    cx.t.note("tower-not-run", "Only text is given: the audio tower counts as parameters, not as work. Give input_features, like [1, 128, 3000], to run it once.");
}

/// A language model with one encoder of sound.
pub fn audio_language(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (text, encoder) = match c.model_type.as_str() {
        "glmasr" => ("llama", "glmasr_encoder"),
        "voxtral_realtime" => ("voxtral_realtime_text", "voxtral_realtime_encoder"),
        "qwen3_asr" => ("qwen3", "qwen3_asr_encoder"),
        _ => ("qwen2", "audioflamingo3_encoder"),
    };
    let (t, a) = (c.sub("text_config", text), c.sub("audio_config", encoder));
    let td = t.u("hidden_size")?;
    if cx.only(Part::Audio) {
        return listen(cx, c, &a, td);
    }
    // The outer config ties the tables; the class of some keeps its own switch.
    let outer = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    let own = t
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    let flamingo = encoder == "audioflamingo3_encoder";
    let tied = if flamingo && !c.own("tie_word_embeddings") {
        own
    } else {
        outer.or(own)
    };
    text_model(cx, &t, tied.or(Some(false)))?;
    if cx.only(Part::Text) {
        return Ok(());
    }
    let (tokens, mark) = (cx.tokens, cx.t.mark());
    listen(cx, c, &a, td)?;
    if !cx.given(&["input_features"]) {
        cx.t.idle_from(mark);
        silent(cx);
    }
    cx.tokens = tokens;
    Ok(())
}

/// The language model of Voxtral Realtime: Mistral whose second norm the delay scales.
pub fn realtime_text(cx: &mut Cx, c: &Cfg) -> R<()> {
    dense::count(cx, c)?;
    let d = c.u("hidden_size")?;
    // One value of time for all tokens passes a narrow pair of matrices in every layer.
    let k = Cost::new().linear(1, d, 32, false).linear(1, 32, d, false);
    cx.t.add(
        "model.layers.*.ada_rms_norm",
        "fully connected",
        c.layers("num_hidden_layers")?,
        k,
    );
    Ok(())
}

/// The thinking part of Qwen's Omni models: a language model, a tower of pictures, an encoder of sound.
pub fn thinker(cx: &mut Cx, c: &Cfg) -> R<()> {
    let third = c.model_type.starts_with("qwen3");
    let (text, vision, encoder) = if third {
        (
            "qwen3_omni_moe_text",
            "qwen3_omni_moe_vision_encoder",
            "qwen3_omni_moe_audio_encoder",
        )
    } else {
        (
            "qwen2_5_omni_text",
            "qwen2_5_omni_vision_encoder",
            "qwen2_5_omni_audio_encoder",
        )
    };
    let (t, v, a) = (
        c.sub("text_config", text),
        c.sub("vision_config", vision),
        c.sub("audio_config", encoder),
    );
    let hear = |cx: &mut Cx| -> R<()> {
        if third {
            let (n, d) = qwen3_encoder(cx, &a, "audio_tower")?;
            let out = a.or("output_dim", 3584)?;
            let k = Cost::new().linear(n, d, d, true).linear(n, d, out, true);
            cx.t.add("audio_tower.proj", "projector", 1, k);
        } else {
            omni_encoder(cx, &a, "audio_tower")?;
        }
        Ok(())
    };
    if cx.only(Part::Audio) {
        return hear(cx);
    }
    if cx.only(Part::Vision) {
        tower(cx, &v, "visual")?;
        return Ok(());
    }
    let tied = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    text_model(cx, &t, tied.or(Some(false)))?;
    if cx.only(Part::Text) {
        return Ok(());
    }
    let (tokens, mark) = (cx.tokens, cx.t.mark());
    tower(cx, &v, "visual")?;
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
    }
    let mark = cx.t.mark();
    hear(cx)?;
    if !cx.given(&["input_features"]) {
        cx.t.idle_from(mark);
        silent(cx);
    }
    cx.tokens = tokens;
    Ok(())
}

/// Qwen's Omni models as published: the thinking part is counted, what speaks is named.
pub fn omni(cx: &mut Cx, c: &Cfg) -> R<()> {
    let third = c.model_type.starts_with("qwen3");
    let inner = c.sub(
        "thinker_config",
        if third {
            "qwen3_omni_moe_thinker"
        } else {
            "qwen2_5_omni_thinker"
        },
    );
    cx.head = crate::context::Head::Generation;
    thinker(cx, &inner)?;
    let speaks = c.b_or("enable_audio_output", true) && cx.options.part.is_none();
    if speaks {
        for part in ["talker_config", "token2wav_config", "code2wav_config"] {
            if c.nests(part) || c.own(part) {
                cx.t.unknown.push(Unknown {
                    what: format!("the part that speaks ({part})"),
                    occurrences: 1,
                    matters: true,
                });
            }
        }
        cx.t.note("part-not-counted", "The language model and what sees and hears (thinker_config) are counted; the parts that speak are not: their parameters and work come on top.");
    }
    Ok(())
}
