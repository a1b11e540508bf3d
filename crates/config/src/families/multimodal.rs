//! Models of text with pictures or sound: a language model, towers beside it, and what joins them.
//!
//! Only the paths of the inputs given run; the parameters stay whole. Without `pixel_values` or `input_features`
//! among the inputs a tower counts as parameters, not as work.

use crate::block::{Block, Blocks, Ffn, Mixer};
use crate::cfg::{Cfg, R, div, scaled};
use crate::context::{Cx, Head, bounded};
use crate::families::{audio, towers, vit};
use compute_layers::kinds::{Attention, FeedForward, output_size};
use compute_layers::{Cost, Mask, Part, Refusal};

/// How a type is put together.
struct Kind {
    types: &'static [&'static str],
    text: &'static str,
    vision: &'static str,
    join: Join,
}

/// What stands between a tower and the language model.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    /// Inside the tower.
    Tower,
    /// Two matrices (LLaVA); with a vector for the ends of rows, or not.
    Llava { newline: bool },
    /// Features of several layers side by side, a norm, two matrices.
    VipLlava,
    /// One matrix with bias.
    Linear,
    /// A norm and one matrix kept as a parameter (Gemma 3).
    Gemma3,
    /// One matrix without bias, after pooling (Gemma 4).
    Gemma4,
    /// Pixel shuffle and one matrix (Idefics 3).
    Shuffle,
    /// Pixel shuffle, a norm, two matrices (InternVL).
    InternVl,
    /// Pixel shuffle, a norm, a gated part (Aya, Command A Vision).
    Aya { norm: bool },
    /// A merge of neighbours, a norm, two matrices (Mistral 3).
    Mistral3,
    /// A gated part and a resampler (Idefics 2).
    Idefics2,
    /// The tower's output is what cross attention reads (Llama 3.2 Vision).
    Mllama,
    /// One matrix without bias (Llama 4).
    Llama4,
    /// A norm, two matrices after a merge (LFM2-VL).
    Lfm2,
    /// Two matrices (DeepSeek-VL, Janus).
    Aligner,
    /// A norm, neighbours side by side, two matrices (Kimi, PaddleOCR-VL).
    Merged,
    /// Two matrices on every patch, two more on four neighbours (MiniMax M3).
    MiniMax,
    /// One matrix, with bias where the config says so (Step 3.7).
    Plain,
    /// Merges over space and time, then one matrix and a norm (ERNIE 4.5 VL).
    Resampler,
    /// A table of visual words that the tower's words look up (Ovis 2).
    Words,
    /// Two convolutions and a matrix (GOT-OCR 2).
    Got,
    /// Queries that read the patches, then two matrices (Aria).
    Queries,
    /// Two matrices after neighbours are averaged (VideoLLaMA 3).
    Readout,
}

const KINDS: &[Kind] = &[
    Kind {
        types: &["llava"],
        text: "llama",
        vision: "clip_vision_model",
        join: Join::Llava { newline: false },
    },
    Kind {
        types: &["llava_next", "llava_next_video", "llava_onevision"],
        text: "llama",
        vision: "clip_vision_model",
        join: Join::Llava { newline: true },
    },
    Kind {
        types: &["vipllava"],
        text: "llama",
        vision: "clip_vision_model",
        join: Join::VipLlava,
    },
    Kind {
        types: &["paligemma"],
        text: "gemma",
        vision: "siglip_vision_model",
        join: Join::Linear,
    },
    Kind {
        types: &["gemma3", "shieldgemma2"],
        text: "gemma3_text",
        vision: "siglip_vision_model",
        join: Join::Gemma3,
    },
    Kind {
        types: &["gemma4"],
        text: "gemma4_text",
        vision: "gemma4_vision",
        join: Join::Gemma4,
    },
    Kind {
        types: &["qwen2_vl"],
        text: "qwen2_vl_text",
        vision: "qwen2_vl_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["qwen2_5_vl"],
        text: "qwen2_5_vl_text",
        vision: "qwen2_5_vl_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["qwen3_vl"],
        text: "qwen3_vl_text",
        vision: "qwen3_vl_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["qwen3_vl_moe"],
        text: "qwen3_vl_moe_text",
        vision: "qwen3_vl_moe_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["qwen3_5"],
        text: "qwen3_5_text",
        vision: "qwen3_5_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["qwen3_5_moe"],
        text: "qwen3_5_moe_text",
        vision: "qwen3_5_moe_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["glm4v"],
        text: "glm4v_text",
        vision: "glm4v_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["glm4v_moe"],
        text: "glm4v_moe_text",
        vision: "glm4v_moe_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["idefics3", "smolvlm"],
        text: "llama",
        vision: "idefics3_vision",
        join: Join::Shuffle,
    },
    Kind {
        types: &["idefics2"],
        text: "mistral",
        vision: "idefics2_vision",
        join: Join::Idefics2,
    },
    Kind {
        types: &["internvl"],
        text: "qwen2",
        vision: "internvl_vision",
        join: Join::InternVl,
    },
    Kind {
        types: &["aya_vision"],
        text: "cohere2",
        vision: "siglip_vision_model",
        join: Join::Aya { norm: true },
    },
    Kind {
        types: &["cohere2_vision"],
        text: "cohere2",
        vision: "siglip_vision_model",
        join: Join::Aya { norm: false },
    },
    Kind {
        types: &["mistral3"],
        text: "mistral",
        vision: "pixtral",
        join: Join::Mistral3,
    },
    Kind {
        types: &["mllama"],
        text: "mllama_text_model",
        vision: "mllama_vision_model",
        join: Join::Mllama,
    },
    Kind {
        types: &["llama4"],
        text: "llama4_text",
        vision: "llama4_vision_model",
        join: Join::Llama4,
    },
    Kind {
        types: &["lfm2_vl"],
        text: "lfm2",
        vision: "siglip2_vision_model",
        join: Join::Lfm2,
    },
    Kind {
        types: &["glm46v"],
        text: "glm4v_text",
        vision: "glm4v_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["glm_ocr"],
        text: "glm_ocr_text",
        vision: "glm_ocr_vision",
        join: Join::Tower,
    },
    Kind {
        types: &["kimi_k25", "kimi_vl"],
        text: "deepseek_v3",
        vision: "kimi_k25_vision",
        join: Join::Merged,
    },
    Kind {
        types: &["paddleocr_vl"],
        text: "paddleocr_vl_text",
        vision: "paddleocr_vl_vision",
        join: Join::Merged,
    },
    Kind {
        types: &["minimax_m3_vl"],
        text: "minimax_m3_vl_text",
        vision: "minimax_m3_vl_vision",
        join: Join::MiniMax,
    },
    Kind {
        types: &["step3p7"],
        text: "step3p5",
        vision: "step3p5_vision",
        join: Join::Plain,
    },
    Kind {
        types: &["ernie4_5_vl_moe"],
        text: "ernie4_5_vl_moe_text",
        vision: "ernie4_5_vl_moe_vision",
        join: Join::Resampler,
    },
    Kind {
        types: &["ovis2"],
        text: "qwen2",
        vision: "ovis2_vision",
        join: Join::Words,
    },
    Kind {
        types: &["got_ocr2"],
        text: "qwen2",
        vision: "got_ocr2_vision",
        join: Join::Got,
    },
    Kind {
        types: &["aria"],
        text: "aria_text",
        vision: "idefics3_vision",
        join: Join::Queries,
    },
    Kind {
        types: &["video_llama_3"],
        text: "qwen2",
        vision: "video_llama_3_vision",
        join: Join::Readout,
    },
    Kind {
        types: &["lighton_ocr"],
        text: "qwen3",
        vision: "pixtral",
        join: Join::Mistral3,
    },
    Kind {
        types: &["deepseek_vl"],
        text: "llama",
        vision: "siglip_vision_model",
        join: Join::Aligner,
    },
];

/// Counts the language model of a nested config by its own type.
///
/// # Errors
/// A type that is not known.
pub fn text_model(cx: &mut Cx, t: &Cfg, tied: Option<bool>) -> R<()> {
    let Some(count) = crate::architectures::find(&t.model_type) else {
        return Err(Refusal {
            code: "unknown-model-type",
            message: format!(
                "The language model inside has model_type \"{}\", which is not known here.",
                t.model_type
            ),
            remedy:
                "Count the language model from its own config.json, or from the weights' header."
                    .into(),
        });
    };
    let (outer, head) = (cx.tied, cx.head);
    cx.tied = tied;
    let pair = matches!(t.model_type.as_str(), "t5" | "bart" | "mbart" | "pegasus");
    if pair {
        cx.head = Head::Generation;
    } else if cx.head == Head::Generation {
        cx.head = Head::CausalLm;
    }
    let r = count(cx, t);
    (cx.tied, cx.head) = (outer, head);
    r
}

/// Whether the class is a tower by itself.
fn tower_class(class: &str) -> bool {
    class.contains("Vision")
        && !class.contains("ForConditionalGeneration")
        && !class.contains("ForCausalLM")
        && !class.starts_with("MllamaFor")
        || class.ends_with("VisionModel")
        || class.ends_with("VisionEncoder")
}

/// A model of text and pictures.
pub fn vision_language(cx: &mut Cx, c: &Cfg) -> R<()> {
    let Some(k) = KINDS
        .iter()
        .find(|k| k.types.contains(&c.model_type.as_str()))
    else {
        return Err(c.missing("model_type"));
    };
    if c.own("mm_vision_tower") && !c.mentions("vision_config") {
        return crate::families::custom::llava(cx, c);
    }
    let v = c.sub("vision_config", k.vision);
    // Files of earlier releases and of publishers' own code keep the language model's sizes at the top.
    let flat = !c.mentions("text_config") && c.own("hidden_size") && c.own("num_hidden_layers");
    let t = if flat {
        c.as_type(k.text)
    } else {
        c.sub("text_config", k.text)
    };
    let named = ["Cohere2Vision", "AyaVision"]
        .iter()
        .any(|n| cx.class.starts_with(n));
    let vision_class = tower_class(&cx.class) && !named;
    if cx.only(Part::Vision) || vision_class {
        let (n, _) = tower(cx, &v, "vision_tower")?;
        cx.tokens = n;
        return Ok(());
    }
    // The outer config ties the tables; the inner one where the text model is counted alone.
    let outer = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    let alone = cx.only(Part::Text) || cx.class.ends_with("ForCausalLM");
    if alone {
        let own = t
            .get("tie_word_embeddings")
            .and_then(serde_json::Value::as_bool);
        return text_model(cx, &t, own);
    }
    let image = cx.given(&["pixel_values"]);
    let speak = cx.given(&["input_ids", "inputs_embeds"]) || !cx.any_inputs() || !image;
    let start = cx.t.mark();
    // Llama 4 keeps its language model as a whole class, which reads its own config.
    let inner = t
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    let own = k.join == Join::Llama4 || c.model_type == "kimi_vl";
    let tied = if own { inner } else { outer };
    text_model(cx, &t, tied.or(Some(false)))?;
    if !speak {
        cx.t.idle_from(start);
    }
    // Gemma 4 may come without a tower.
    if k.join == Join::Gemma4 && !v.present() {
        return Ok(());
    }
    let mark = cx.t.mark();
    let tokens = cx.tokens;
    let (n, vd) = tower(cx, &v, "model.vision_tower")?;
    let td = t.u("hidden_size")?;
    join(cx, c, &v, k.join, n, vd, td)?;
    if k.join == Join::Gemma4 && c.own("audio_config") {
        cx.t.unknown.push(compute_layers::Unknown {
            what: "audio tower of gemma4 (audio_config)".into(),
            occurrences: 1,
            matters: true,
        });
    }
    if speak {
        cx.tokens = tokens;
    }
    if !image {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower counts as parameters, not as work. Give pixel_values, like [1, 3, 336, 336], to run it once.");
    }
    Ok(())
}

/// What joins tower and language model; `n` positions of width `vd` come in, width `td` goes out.
fn join(cx: &mut Cx, c: &Cfg, v: &Cfg, j: Join, n: u64, vd: u64, td: u64) -> R<()> {
    let p = "model.multi_modal_projector";
    let bias = c.b_or("multimodal_projector_bias", true);
    // The class token does not reach the language model, unless the config keeps it.
    let patches = if v.model_type == "clip_vision_model"
        && c.s("vision_feature_select_strategy") != Some("full")
    {
        n.saturating_sub(1)
    } else {
        n
    };
    let features = c.us_signed_len("vision_feature_layer").unwrap_or(1);
    match j {
        Join::Tower => {}
        Join::Llava { newline } => {
            let mut k = Cost::new()
                .linear(patches, vd.saturating_mul(features), td, bias)
                .linear(patches, td, td, bias);
            if newline {
                k = k.vector(td);
            }
            cx.t.add(p, "projector", 1, k);
        }
        Join::VipLlava => {
            let wide = vd.saturating_mul(features);
            cx.t.add(
                p,
                "projector",
                1,
                Cost::new()
                    .vector(wide.saturating_mul(2))
                    .linear(patches, wide, td, true)
                    .linear(patches, td, td, true),
            );
        }
        Join::Linear => {
            let out = c.or("projection_dim", td)?;
            cx.t.add(p, "projector", 1, Cost::new().linear(n, vd, out, true));
        }
        Join::Gemma3 => {
            let m = c.or("mm_tokens_per_image", 256)?;
            cx.t.add(
                p,
                "projector",
                1,
                Cost::new().vector(vd).linear(m, vd, td, false),
            );
        }
        Join::Gemma4 => {
            let k = v.or("pooling_kernel_size", 3)?.max(1);
            let m = n / k.saturating_mul(k).max(1);
            cx.t.add(
                "model.embed_vision",
                "projector",
                1,
                Cost::new().linear(m, vd, td, false),
            );
        }
        Join::Shuffle => {
            let s = c.or("scale_factor", 2)?.max(1);
            let s = s.saturating_mul(s);
            cx.t.add(
                "model.connector",
                "projector",
                1,
                Cost::new().linear(n / s, vd.saturating_mul(s), td, false),
            );
        }
        Join::InternVl => {
            let r = c.f("downsample_ratio", 0.5)?;
            let s = if r > 0.0 {
                (1.0 / r).round().clamp(1.0, 1e4) as u64
            } else {
                1
            };
            let s = s.saturating_mul(s);
            let (m, wide) = (n.saturating_sub(1) / s, vd.saturating_mul(s));
            cx.t.add(
                p,
                "projector",
                1,
                Cost::new()
                    .vector(wide.saturating_mul(2))
                    .linear(m, wide, td, true)
                    .linear(m, td, td, true),
            );
        }
        Join::Aya { norm } => {
            let s = c.or("downsample_factor", 2)?.max(1);
            let s = s.saturating_mul(s);
            let wide = vd.saturating_mul(s);
            let inner = c.or("alignment_intermediate_size", if norm { td } else { 36864 })?;
            let mut k =
                Cost::new()
                    .linear(n / s, wide, inner, true)
                    .linear(n / s, inner / 2, td, true);
            if norm {
                k = k.vector(wide.saturating_mul(2));
            }
            cx.t.add(p, "projector", 1, k);
        }
        Join::Mistral3 => {
            let s = c.or("spatial_merge_size", 2)?.max(1);
            let s = s.saturating_mul(s);
            let m = n / s;
            let bias = c.b("multimodal_projector_bias");
            let k = Cost::new()
                .vector(vd)
                .linear(m, vd.saturating_mul(s), vd, false)
                .linear(m, vd.saturating_mul(features), td, bias)
                .linear(m, td, td, bias);
            cx.t.add(p, "projector", 1, k);
        }
        Join::Idefics2 => {
            let r = c.sub("perceiver_config", "idefics2_perceiver");
            let inner = c.sub("text_config", "mistral").u("intermediate_size")?;
            let d = r.or("hidden_size", td)?;
            cx.t.add("model.connector.modality_projection", "projector", 1, {
                Cost::new()
                    .linears(2, n, vd, inner, false)
                    .linear(n, inner, d, false)
            });
            let latents = r.or("resampler_n_latents", 64)?;
            let (h, hd, kv) = (
                r.or("resampler_n_heads", 16)?,
                r.or("resampler_head_dim", 96)?,
                r.or("num_key_value_heads", 4)?,
            );
            let keys = n.saturating_add(latents);
            let (wide, narrow) = (h.saturating_mul(hd), kv.saturating_mul(hd));
            let layer = Cost::new()
                .linear(latents, d, wide, false)
                .linears(2, keys, d, narrow, false)
                .linear(latents, wide, d, false)
                .attend(latents, keys, h, hd, hd, Mask::Full)
                .linears(2, latents, d, d.saturating_mul(4), false)
                .linear(latents, d.saturating_mul(4), d, false)
                .vector(d.saturating_mul(3));
            let depth = if r.get("resampler_depth").is_some() {
                r.layers("resampler_depth")?
            } else {
                3
            };
            cx.t.add(
                "model.connector.perceiver_resampler.layers.*",
                "resampler",
                depth,
                layer,
            );
            cx.t.add(
                "model.connector.perceiver_resampler.latents",
                "embedding",
                1,
                Cost::new().weights(&[latents.saturating_add(1), d]),
            );
        }
        Join::Mllama => {
            let out = v.u("vision_output_dim")?;
            cx.t.add(p, "projector", 1, Cost::new().linear(n, out, td, true));
        }
        Join::Llama4 => {
            let out = v.u("vision_output_dim")?;
            let r = v.f("pixel_shuffle_ratio", 0.5)?;
            cx.t.add(
                p,
                "projector",
                1,
                Cost::new().linear(scaled(n.saturating_sub(1), r * r), out, td, false),
            );
        }
        Join::Lfm2 => {
            let s = c.or("downsample_factor", 2)?.max(1);
            let s = s.saturating_mul(s);
            let wide = vd.saturating_mul(s);
            let inner = c.or("projector_hidden_size", 2560)?;
            let bias = c.b_or("projector_bias", true);
            let mut k = Cost::new()
                .linear(n / s, wide, inner, bias)
                .linear(n / s, inner, td, bias);
            if c.b_or("projector_use_layernorm", true) {
                k = k.vector(wide.saturating_mul(2));
            }
            cx.t.add(p, "projector", 1, k);
        }
        Join::Merged => {
            let side = match v.us("merge_kernel_size")? {
                Some(l) => l.iter().fold(1u64, |a, b| a.saturating_mul(*b)),
                None => {
                    let s = v.or("spatial_merge_size", 2)?.max(1);
                    s.saturating_mul(s)
                }
            }
            .max(1);
            let wide = vd.saturating_mul(side);
            let k = Cost::new()
                .vector(vd.saturating_mul(2))
                .linear(n / side, wide, wide, true)
                .linear(n / side, wide, td, true);
            cx.t.add(p, "projector", 1, k);
        }
        Join::MiniMax => {
            let side = v.or("spatial_merge_size", 2)?.max(1);
            let side = side.saturating_mul(side);
            let inner = c.u("projector_hidden_size")?;
            let k = Cost::new()
                .linear(n, vd, inner, true)
                .linear(n, inner, td, true)
                .linear(n / side, td.saturating_mul(side), inner, true)
                .linear(n / side, inner, td, true);
            cx.t.add(p, "projector", 1, k);
        }
        Join::Plain => {
            let bias = c.b("projector_bias");
            cx.t.add(p, "projector", 1, Cost::new().linear(n, vd, td, bias));
        }
        Join::Resampler => {
            let side = v.or("spatial_merge_size", 2)?.max(1);
            let side = side.saturating_mul(side);
            let times = v.or("temporal_merge_size", 2)?.max(1);
            let (m, wide) = (n / side, vd.saturating_mul(side));
            let k = Cost::new()
                .linears(2, m, wide, wide, true)
                .linear(m, wide.saturating_mul(times), wide, true)
                .linear(m, wide, wide, true)
                .vector(wide.saturating_mul(4))
                .linear(m, wide, td, true)
                .vector(td);
            cx.t.add("model.resampler_model", "projector", 1, k);
        }
        Join::Words => {
            let stride = v.or("hidden_stride", 1)?.max(1);
            let side = n.isqrt().div_ceil(stride);
            let m = side.saturating_mul(side);
            let words = v.u("vocab_size")?;
            let seen = words.saturating_sub(v.or("num_visual_indicator_tokens", 5)?);
            let wide = vd.saturating_mul(stride).saturating_mul(stride);
            let k = Cost::new()
                .linear(m, wide, seen, false)
                .vector(seen.saturating_mul(2))
                // Weighted sums of the table's rows: a product, not a look-up.
                .linear(m, words, c.or("hidden_size", td)?, false);
            cx.t.add("model.visual_embeddings_table", "projector", 1, k);
        }
        Join::Got => {
            let side = n.isqrt();
            let half = |x: u64| output_size(x, 3, 2, 1, 1);
            let (a, b) = (half(side), half(half(side)));
            let (m1, m2) = (a.saturating_mul(a), b.saturating_mul(b));
            let twice = vd.saturating_mul(2);
            let k = Cost::new()
                .convolution(m1, vd, twice, 9, 1, false)
                .convolution(m2, twice, td, 9, 1, false)
                .linear(m2, td, td, true);
            cx.t.add(p, "projector", 1, k);
        }
        Join::Queries => {
            // Which number of queries goes with which number of patches; as many are stored as the most.
            let table = c
                .get("projector_patch_to_query_dict")
                .and_then(serde_json::Value::as_object);
            let pairs = table
                .into_iter()
                .flatten()
                .filter_map(|(k, q)| Some((k.parse::<u64>().ok()?, q.as_u64()?)));
            let mut pairs: Vec<(u64, u64)> = pairs.take(64).collect();
            if pairs.is_empty() {
                pairs = vec![(1225, 128), (4900, 256)];
            }
            let most = pairs.iter().map(|(_, q)| *q).max().unwrap_or(0);
            let m = pairs
                .iter()
                .find(|(k, _)| *k == n)
                .map_or(most, |(_, q)| *q);
            let heads = v.u("num_attention_heads")?;
            let a = Attention::new(
                vd,
                heads,
                heads,
                div(vd, heads, "num_attention_heads")?,
                Mask::Full,
            )
            .biased([true; 4]);
            // Matrices before the attention's own, one after it, three norms.
            let k = a
                .projections(m, n)
                .plus(&a.core(m, n))
                .weights(&[most, vd])
                .linear(m, vd, vd, false)
                .linears(2, n, vd, vd, false)
                .linear(m, vd, vd, true)
                .vector(vd.saturating_mul(6))
                .linear(m, vd, td, false)
                .linear(m, td, td, false);
            cx.t.add(p, "projector", 1, k);
        }
        Join::Readout => {
            let side = c.or("spatial_merge_size", 1)?.max(1);
            let m = n / side.saturating_mul(side);
            let k = Cost::new().linear(m, vd, td, true).linear(m, td, td, true);
            cx.t.add("model.projector.readout", "projector", 1, k);
        }
        Join::Aligner => {
            cx.t.add(
                "model.aligner",
                "projector",
                1,
                Cost::new().linear(n, vd, td, true).linear(n, td, td, true),
            );
        }
    }
    Ok(())
}

/// The image tower of a nested config, by its own type: positions and width.
///
/// # Errors
/// A type that is not known, a missing or unreadable size.
pub fn tower(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    match v.model_type.as_str() {
        "qwen2_vl_vision"
        | "qwen2_5_vl_vision"
        | "qwen3_vl_vision"
        | "qwen3_vl_moe_vision"
        | "qwen3_5_vision"
        | "qwen3_5_moe_vision"
        | "qwen2_5_omni_vision_encoder"
        | "qwen3_omni_moe_vision_encoder" => qwen(cx, v, prefix),
        "glm4v_vision" | "glm4v_moe_vision" => glm4v(cx, v, prefix),
        "pixtral" => pixtral(cx, v, prefix),
        "internvl_vision" => internvl(cx, v, prefix),
        "mllama_vision_model" => mllama(cx, v, prefix),
        "llama4_vision_model" => llama4(cx, v, prefix),
        "gemma4_vision" => gemma4(cx, v, prefix),
        "clip_vision_model"
        | "siglip_vision_model"
        | "siglip2_vision_model"
        | "idefics2_vision"
        | "idefics3_vision"
        | "smolvlm_vision" => vit::image_tower(cx, v, prefix),
        "dinov2" | "dinov2_with_registers" | "vit" | "dinov3_vit" => {
            vit::image_tower(cx, v, prefix)
        }
        "got_ocr2_vision" => {
            let d = vit::sam_encoder(cx, v, prefix)?;
            Ok((cx.tokens, d))
        }
        kind if towers::known(kind) => towers::tower(cx, v, prefix),
        other => Err(Refusal {
            code: "unknown-model-type",
            message: format!(
                "The image tower has model_type \"{other}\", which is not known here."
            ),
            remedy:
                "Count the language model alone (part text), or the whole from the weights' header."
                    .into(),
        }),
    }
}

/// Patches that the inputs hold: rows of a flat list, or a picture cut up.
fn patches(cx: &Cx, v: &Cfg, patch: u64) -> R<u64> {
    if let Some([rows, _]) = cx.shape(&["hidden_states", "pixel_values"]) {
        return bounded(*rows, "number of patches");
    }
    let (h, w) = vit::picture(cx, v)?;
    Ok(div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?))
}

/// The square-most grid of `n` patches.
fn grid_of(n: u64, unit: u64) -> (u64, u64) {
    let unit = unit.max(1);
    let side = (n as f64).sqrt() as u64 / unit * unit;
    let mut h = side.max(unit);
    while h > unit && (!n.is_multiple_of(h) || !(n / h).is_multiple_of(unit)) {
        h -= unit;
    }
    (h, n / h.max(1))
}

/// The towers of Qwen: patches over two frames, full or windowed attention, a merge of 2 x 2 neighbours.
fn qwen(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let kind = v.model_type.as_str();
    let first = kind == "qwen2_vl_vision";
    let second = kind.starts_with("qwen2_5");
    let d = if first {
        v.u("embed_dim")?
    } else {
        v.u("hidden_size")?
    };
    let out = if first {
        v.u("hidden_size")?
    } else {
        v.u("out_hidden_size")?
    };
    let depth = v.layers("depth")?;
    let heads = v.u("num_heads")?;
    let head = div(d, heads, "num_heads")?;
    let patch = v.u("patch_size")?;
    let merge = v.u("spatial_merge_size")?.max(1);
    let unit = merge.saturating_mul(merge);
    let n = patches(cx, v, patch)?;
    let values = vit::channels(v)?
        .saturating_mul(v.or("temporal_patch_size", 2)?)
        .saturating_mul(patch)
        .saturating_mul(patch);
    let later = !first && !second;
    cx.t.add(
        &format!("{prefix}.patch_embed"),
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, later),
    );
    if later {
        let rows = v.or("num_position_embeddings", 2304)?;
        cx.t.add(
            &format!("{prefix}.pos_embed"),
            "position table",
            1,
            Cost::new().weights(&[rows, d]),
        );
    }
    let a = Attention::new(d, heads, heads, head, Mask::Full).biased([true; 4]);
    let inner = if first {
        scaled(d, v.f("mlp_ratio", 4.0)?)
    } else {
        v.u("intermediate_size")?
    };
    let f = FeedForward {
        width: d,
        inner,
        gated: second,
        bias: [true; 2],
    };
    let norm = if second { d } else { d.saturating_mul(2) };
    let full = v.us("fullatt_block_indexes")?.unwrap_or_default();
    let window = if second {
        (v.or("window_size", 112)? / patch.max(1)).max(1)
    } else {
        0
    };
    let blocks = Blocks::each(depth, |i| {
        let mixer = if second && !full.contains(&i) {
            // Windows of whole merged patches; those at the edge are smaller.
            let (h, w) = grid_of(n, merge);
            let squares = |n: u64| {
                let (whole, rest) = (n / window, n % window);
                whole
                    .saturating_mul(window)
                    .saturating_mul(window)
                    .saturating_add(rest.saturating_mul(rest))
            };
            let pairs = squares(h).saturating_mul(squares(w));
            let core = Cost::new()
                .product(&[2, pairs, heads, head])
                .remark(&format!("windows of {window} x {window} patches"));
            Mixer::Other(
                "window attention",
                Box::new(a.projections(n, n)),
                Box::new(core),
            )
        } else {
            Mixer::Own(a)
        };
        Ok(Block {
            mixers: vec![("attn", mixer)],
            ffns: vec![("mlp", Ffn::Dense(f))],
            norm: norm.saturating_mul(2),
        })
    })?;
    blocks.add(cx, &format!("{prefix}.blocks"), n);
    let (m, wide) = (n / unit, d.saturating_mul(unit));
    let merger = Cost::new()
        .linear(m, wide, wide, true)
        .linear(m, wide, out, true);
    cx.t.add(
        &format!("{prefix}.merger"),
        "projector",
        1,
        merger.clone().vector(norm),
    );
    let deep = v
        .us("deepstack_visual_indexes")?
        .map_or(0, |l| l.len() as u64);
    if later && deep > 0 && !kind.starts_with("qwen3_5") {
        cx.t.add(
            &format!("{prefix}.deepstack_merger_list.*"),
            "projector",
            deep,
            merger.vector(wide.saturating_mul(2)),
        );
    }
    cx.tokens = n;
    Ok((m, out))
}

/// The tower of GLM-4V: RMS norms, gated parts, a convolution that merges neighbours.
fn glm4v(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let out = v.u("out_hidden_size")?;
    let heads = v.u("num_heads")?;
    let patch = v.u("patch_size")?;
    let merge = v.or("spatial_merge_size", 2)?.max(1);
    let n = patches(cx, v, patch)?;
    let (oh, ow) = v.pair("image_size")?;
    let values = vit::channels(v)?
        .saturating_mul(v.or("temporal_patch_size", 2)?)
        .saturating_mul(patch)
        .saturating_mul(patch);
    let rows = div(oh, patch, "patch_size")?.saturating_mul(div(ow, patch, "patch_size")?);
    cx.t.add(
        &format!("{prefix}.patch_embed"),
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true).vector(d),
    );
    cx.t.add(
        &format!("{prefix}.position_embedding"),
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    let bias = v.b("attention_bias");
    // The output projection has none.
    let a = Attention::new(d, heads, heads, div(d, heads, "num_heads")?, Mask::Full)
        .biased([bias, bias, bias, false]);
    let f = FeedForward {
        width: d,
        inner: v.or("out_hidden_size", out)?,
        gated: true,
        bias: [false; 2],
    };
    let block = Block {
        mixers: vec![("attn", Mixer::Own(a))],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(2),
    };
    Blocks::alike(block, v.layers("depth")?).add(cx, &format!("{prefix}.blocks"), n);
    let m = n / merge.saturating_mul(merge);
    let wide = v.u("intermediate_size")?;
    let merger = Cost::new()
        .vector(d)
        .convolution(m, d, out, merge.saturating_mul(merge), 1, true)
        .linear(m, out, out, false)
        .vector(out.saturating_mul(2))
        .linears(2, m, out, wide, false)
        .linear(m, wide, out, false);
    cx.t.add(&format!("{prefix}.merger"), "projector", 1, merger);
    cx.tokens = n;
    Ok((m, out))
}

/// Pixtral: rotary positions, RMS norms, gated parts.
fn pixtral(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let heads = v.u("num_attention_heads")?;
    let patch = v.u("patch_size")?;
    let n = patches(cx, v, patch)?;
    let values = vit::channels(v)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    cx.t.add(
        &format!("{prefix}.patch_conv"),
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, false).vector(d),
    );
    // Heads are as wide as the model's width allows; a head_dim in the file does not change the matrices.
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "num_attention_heads")?,
        Mask::Full,
    );
    let f = FeedForward {
        width: d,
        inner: v.u("intermediate_size")?,
        gated: true,
        bias: [false; 2],
    };
    let block = Block {
        mixers: vec![("attention", Mixer::Own(a))],
        ffns: vec![("feed_forward", Ffn::Dense(f))],
        norm: d.saturating_mul(2),
    };
    Blocks::alike(block, v.layers("num_hidden_layers")?).add(
        cx,
        &format!("{prefix}.transformer.layers"),
        n,
    );
    cx.tokens = n;
    Ok((n, d))
}

/// InternViT.
fn internvl(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let heads = v.u("num_attention_heads")?;
    let (ph, pw) = v.pair("patch_size")?;
    let (h, w) = vit::picture(cx, v)?;
    let (oh, ow) = v.pair("image_size")?;
    let cut = |h: u64, w: u64| -> R<u64> {
        Ok(div(h, ph, "patch_size")?.saturating_mul(div(w, pw, "patch_size")?))
    };
    let (n, own) = (cut(h, w)?, cut(oh, ow)?);
    let values = vit::channels(v)?.saturating_mul(ph).saturating_mul(pw);
    cx.t.add(
        &format!("{prefix}.patch_embeddings"),
        "patch embedding",
        1,
        Cost::new().convolution(n, values, d, 1, 1, true),
    );
    let mut tables = Cost::new().vector(d);
    if v.b("use_mask_token") {
        tables = tables.vector(d);
    }
    if v.b_or("use_absolute_position_embeddings", true) {
        tables = tables.weights(&[own.saturating_add(1), d]);
    }
    cx.t.add(&format!("{prefix}.embeddings"), "position table", 1, tables);
    let n = n.saturating_add(1);
    let bias = v.b("attention_bias");
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "num_attention_heads")?,
        Mask::Full,
    )
    .biased([bias, bias, bias, true]);
    let a = Attention {
        extra: if v.b("use_qk_norm") {
            d.saturating_mul(2)
        } else {
            0
        },
        ..a
    };
    let f = FeedForward {
        width: d,
        inner: v.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let one = if v.s("norm_type") == Some("rms_norm") {
        d
    } else {
        d.saturating_mul(2)
    };
    // Two norms and two scales.
    let norm = one.saturating_mul(2).saturating_add(d.saturating_mul(2));
    Blocks::alike(
        Block::usual(a, Ffn::Dense(f), norm),
        v.layers("num_hidden_layers")?,
    )
    .add(cx, &format!("{prefix}.layers"), n);
    if !v.b_or("use_mean_pooling", true) {
        cx.t.add(
            &format!("{prefix}.layernorm"),
            "norm",
            1,
            Cost::new().vector(d.saturating_mul(2)),
        );
    }
    cx.tokens = n;
    Ok((n, d))
}

/// The tower of Llama 3.2 Vision: tiles, positions with gates, local and global layers.
fn mllama(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let heads = v.u("num_attention_heads")?;
    let patch = v.u("patch_size")?;
    let (h, w) = vit::picture(cx, v)?;
    let own = v.pair("image_size")?;
    let cut = |(h, w): (u64, u64)| -> R<u64> {
        Ok(div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?))
    };
    let (one, own) = (cut((h, w))?, cut(own)?.saturating_add(1));
    let most = v.u("max_num_tiles")?;
    // The input holds tiles before channels: [batch, pictures, tiles, 3, H, W].
    let tiles = match cx.shape(&["pixel_values"]) {
        Some([.., t, _, _, _]) if *t > 0 => bounded(*t, "number of tiles")?,
        _ => most,
    };
    let ratios = v
        .get("supported_aspect_ratios")
        .and_then(serde_json::Value::as_array)
        .map_or(8, |l| l.len() as u64)
        .saturating_add(1);
    let patches = tiles.saturating_mul(one);
    let values = vit::channels(v)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    cx.t.add(
        &format!("{prefix}.patch_embedding"),
        "patch embedding",
        1,
        Cost::new().convolution(patches, values, d, 1, 1, false),
    );
    let tables = Cost::new()
        .vector(d)
        .weights(&[own, d])
        .weights(&[ratios, most, own, d])
        .weights(&[2, ratios, most, d])
        .vector(3)
        .vector(d.saturating_mul(4));
    cx.t.add(&format!("{prefix}.embeddings"), "position table", 1, tables);
    // Tokens of a tile are padded to a multiple of eight.
    let each = one.saturating_add(1);
    let n = tiles.saturating_mul(each.div_ceil(8).saturating_mul(8));
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "attention_heads")?,
        Mask::Full,
    );
    let f = FeedForward {
        width: d,
        inner: v.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let block =
        |gates: u64| Block::usual(a, Ffn::Dense(f), d.saturating_mul(4).saturating_add(gates));
    Blocks::alike(block(0), v.layers("num_hidden_layers")?).add(
        cx,
        &format!("{prefix}.transformer.layers"),
        n,
    );
    Blocks::alike(block(2), v.layers("num_global_layers")?).add(
        cx,
        &format!("{prefix}.global_transformer.layers"),
        n,
    );
    cx.tokens = n;
    Ok((tiles.saturating_mul(each), d))
}

/// The tower of Llama 4: a class token at the end, pixel shuffle, a small network.
fn llama4(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let heads = v.u("num_attention_heads")?;
    let patch = v.u("patch_size")?;
    let one = patches(cx, v, patch)?;
    let (oh, ow) = v.pair("image_size")?;
    let own = div(oh, patch, "patch_size")?
        .saturating_mul(div(ow, patch, "patch_size")?)
        .saturating_add(1);
    let values = vit::channels(v)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    cx.t.add(
        &format!("{prefix}.patch_embedding"),
        "patch embedding",
        1,
        Cost::new().linear(one, values, d, false),
    );
    cx.t.add(
        &format!("{prefix}.embeddings"),
        "position table",
        1,
        Cost::new()
            .vector(d)
            .weights(&[own, d])
            .vector(d.saturating_mul(4)),
    );
    let n = one.saturating_add(1);
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "num_attention_heads")?,
        Mask::Full,
    )
    .biased([true; 4]);
    let inner = v.u("intermediate_size")?;
    let f = FeedForward {
        width: d,
        inner,
        gated: false,
        bias: [true; 2],
    };
    Blocks::alike(
        Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)),
        v.layers("num_hidden_layers")?,
    )
    .add(cx, &format!("{prefix}.layers"), n);
    let r = v.f("pixel_shuffle_ratio", 0.5)?;
    let m = scaled(one, r * r);
    let adapter = Cost::new()
        .linear(m, inner, v.u("projector_input_dim")?, false)
        .linear(
            m,
            v.u("projector_output_dim")?,
            v.u("projector_output_dim")?,
            false,
        );
    cx.t.add(&format!("{prefix}.vision_adapter"), "projector", 1, adapter);
    cx.tokens = n;
    Ok((n, d))
}

/// The tower of Gemma 4: two tables of positions, norms around every part, gated parts.
fn gemma4(cx: &mut Cx, v: &Cfg, prefix: &str) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let (heads, hd) = (v.u("num_attention_heads")?, v.u("head_dim")?);
    let kv = v.or("num_key_value_heads", heads)?;
    let patch = v.u("patch_size")?;
    let n = patches(cx, v, patch)?;
    let values = vit::channels(v)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    cx.t.add(
        &format!("{prefix}.patch_embedder"),
        "patch embedding",
        1,
        Cost::new().linear(n, values, d, false),
    );
    cx.t.add(
        &format!("{prefix}.position_embedding_table"),
        "position table",
        1,
        Cost::new().weights(&[2, v.u("position_embedding_size")?, d]),
    );
    let bias = v.b("attention_bias");
    let a = Attention::new(d, heads, kv, hd, Mask::Full).biased([bias; 4]);
    let a = Attention {
        extra: hd.saturating_mul(2),
        ..a
    };
    let f = FeedForward {
        width: d,
        inner: v.u("intermediate_size")?,
        gated: true,
        bias: [false; 2],
    };
    Blocks::alike(
        Block::usual(a, Ffn::Dense(f), d.saturating_mul(4)),
        v.layers("num_hidden_layers")?,
    )
    .add(cx, &format!("{prefix}.layers"), n);
    // Patches are averaged by a product with the table that says which go together.
    let k = v.or("pooling_kernel_size", 3)?.max(1);
    let pooled = n / k.saturating_mul(k).max(1);
    cx.t.add(
        &format!("{prefix}.pooler"),
        "pooling",
        1,
        Cost::new().product(&[n, pooled, d]),
    );
    cx.tokens = n;
    Ok((n, d))
}

/// The language model of Llama 3.2 Vision: some layers read the picture, and do nothing without one.
pub fn mllama_text(cx: &mut Cx, c: &Cfg) -> R<()> {
    let d = c.u("hidden_size")?;
    let heads = c.u("num_attention_heads")?;
    let kv = c.or("num_key_value_heads", heads)?;
    let head = div(d, heads, "num_attention_heads")?;
    let layers = c.layers("num_hidden_layers")?;
    let cross = c
        .us("cross_attention_layers")?
        .unwrap_or_else(|| vec![3, 8, 13, 18, 23, 28, 33, 38]);
    let n = cx.text_tokens(c.or("max_position_embeddings", 4096)?.clamp(1, 4096))?;
    let vocabulary = c.u("vocab_size")?;
    // Eight rows more than words, for the picture's tokens.
    cx.t.embedding(
        "model.language_model.embed_tokens",
        vocabulary.saturating_add(8),
        d,
    );
    let f = FeedForward {
        width: d,
        inner: c.u("intermediate_size")?,
        gated: true,
        bias: [false; 2],
    };
    let a = Attention::new(d, heads, kv, head, Mask::Causal);
    let own = layers.saturating_sub(cross.iter().filter(|&&i| i < layers).count() as u64);
    Blocks::alike(Block::usual(a, Ffn::Dense(f), d.saturating_mul(2)), own).add(
        cx,
        "model.language_model.layers",
        n,
    );
    let mark = cx.t.mark();
    let keys = match cx.shape(&["pixel_values"]) {
        Some([.., t, _, h, w]) => {
            let patch = 14;
            t.saturating_mul((h / patch).saturating_mul(w / patch).saturating_add(1))
        }
        _ => 0,
    };
    let x = Attention {
        extra: head.saturating_mul(2).saturating_add(2),
        mask: Mask::Full,
        ..a
    };
    let block = Block {
        mixers: vec![(
            "cross_attn",
            Mixer::Cross(x, bounded(keys, "picture’s length")?),
        )],
        ffns: vec![("mlp", Ffn::Dense(f))],
        norm: d.saturating_mul(2),
    };
    Blocks::alike(block, layers.saturating_sub(own)).add(
        cx,
        "model.language_model.cross_layers",
        n,
    );
    if keys == 0 {
        cx.t.idle_from(mark);
    }
    cx.t.add(
        "model.language_model.norm",
        "norm",
        1,
        Cost::new().vector(d),
    );
    crate::block::text_head(
        cx,
        c,
        n,
        d,
        d,
        vocabulary,
        false,
        c.b("tie_word_embeddings"),
    )
}

/// Models of text and sound: Voxtral, Qwen2-Audio.
pub fn audio_language(cx: &mut Cx, c: &Cfg) -> R<()> {
    let voxtral = c.model_type == "voxtral";
    let t = c.sub("text_config", if voxtral { "llama" } else { "qwen2" });
    let a = c.sub(
        "audio_config",
        if voxtral {
            "voxtral_encoder"
        } else {
            "qwen2_audio_encoder"
        },
    );
    if cx.only(Part::Audio) || cx.class.ends_with("Encoder") {
        let (n, _) = audio::whisper_encoder(cx, &a, "audio_tower")?;
        cx.tokens = n;
        return Ok(());
    }
    let outer = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    if cx.only(Part::Text) || cx.class.ends_with("ForCausalLM") {
        return text_model(cx, &t, None);
    }
    let sound = cx.given(&["input_features"]);
    // Voxtral keeps its language model as a whole class, which reads its own config.
    let tied = if voxtral || c.model_type == "qwen2_audio" {
        t.get("tie_word_embeddings")
            .and_then(serde_json::Value::as_bool)
    } else {
        outer
    };
    text_model(cx, &t, tied.or(Some(false)))?;
    let tokens = cx.tokens;
    let mark = cx.t.mark();
    let (n, d) = audio::whisper_encoder(cx, &a, "audio_tower")?;
    let td = t.u("hidden_size")?;
    if voxtral {
        // Four neighbours side by side.
        let wide = a.or("intermediate_size", d.saturating_mul(4))?;
        let m = n.saturating_mul(d).checked_div(wide).unwrap_or(0);
        cx.t.add(
            "multi_modal_projector",
            "projector",
            1,
            Cost::new()
                .linear(m, wide, td, false)
                .linear(m, td, td, false),
        );
    } else {
        // Pooled by two before the projection.
        let m = output_size(n, 2, 2, 0, 1);
        cx.t.add(
            "multi_modal_projector",
            "projector",
            1,
            Cost::new().linear(m, d, td, true),
        );
    }
    if !sound {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the audio tower counts as parameters, not as work. Give input_features, like [1, 128, 3000], to run it once.");
    }
    cx.tokens = tokens;
    Ok(())
}

/// The encoder of Voxtral or Qwen2-Audio by itself.
pub fn audio_encoder(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (n, _) = audio::whisper_encoder(cx, c, "audio_tower")?;
    cx.tokens = n;
    Ok(())
}

/// BLIP-2: a picture tower, a query transformer that reads it, a language model.
pub fn blip2(cx: &mut Cx, c: &Cfg) -> R<()> {
    let (t, v, q) = (
        c.sub("text_config", "opt"),
        if c.model_type == "instructblipvideo" {
            c.fixed("vision_config", "blip_2_vision_model")
        } else {
            c.sub("vision_config", "blip_2_vision_model")
        },
        c.sub("qformer_config", "blip_2_qformer"),
    );
    if cx.only(Part::Vision) || cx.class.contains("VisionModel") {
        let (n, _) = vit::image_tower(cx, &v, "vision_model")?;
        cx.tokens = n;
        return Ok(());
    }
    let image = cx.given(&["pixel_values"]);
    if !matches!(cx.head, Head::Generation | Head::Base) {
        crate::block::note_head(cx);
    }
    // The language model is a whole class with its own head, which reads its own config.
    if cx.head == Head::Base {
        cx.head = Head::Generation;
    }
    let inner = t
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    text_model(cx, &t, inner)?;
    let tokens = cx.tokens;
    let mark = cx.t.mark();
    let (n, vd) = vit::image_tower(cx, &v, "vision_model")?;
    let queries = c.or("num_query_tokens", 32)?;
    let d = q.u("hidden_size")?;
    let k = q.u("num_attention_heads")?;
    let head = div(d, k, "num_attention_heads")?;
    cx.t.add(
        "query_tokens",
        "embedding",
        1,
        Cost::new()
            .weights(&[queries, d])
            .vector(d.saturating_mul(2)),
    );
    let a = Attention::new(d, k, k, head, Mask::Full).biased([true; 4]);
    let x = Attention {
        source_width: q.or("encoder_hidden_size", vd)?,
        ..a
    };
    let every = q.or("cross_attention_frequency", 2)?.max(1);
    let f = FeedForward {
        width: d,
        inner: q.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    let instruct = c.model_type.starts_with("instructblip");
    let blocks = Blocks::each(q.layers("num_hidden_layers")?, |i| {
        let mut b = Block::usual(a, Ffn::Dense(f), d.saturating_mul(4));
        if i % every == 0 {
            b.mixers.push(("crossattention", Mixer::Cross(x, n)));
            b.norm = b.norm.saturating_add(d.saturating_mul(2));
        }
        if instruct {
            // A second feed-forward part for the words of the instruction, which are not given here.
            b.ffns.push((
                "text_mlp",
                Ffn::Other("feed-forward", Box::new(f.cost(0).not_run())),
            ));
            b.norm = b.norm.saturating_add(d.saturating_mul(2));
        }
        Ok(b)
    })?;
    blocks.add(cx, "qformer.encoder.layer", queries);
    if instruct {
        let rows = q
            .u("vocab_size")?
            .saturating_add(q.u("max_position_embeddings")?);
        cx.t.add(
            "qformer.embeddings",
            "embedding",
            1,
            Cost::new().weights(&[rows, d]),
        );
    }
    let td = t.u("hidden_size")?;
    cx.t.add(
        "language_projection",
        "projector",
        1,
        Cost::new().linear(queries, d, td, true),
    );
    if !image {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower and the query transformer count as parameters, not as work.");
    }
    cx.tokens = tokens;
    Ok(())
}

/// Fuyu: patches of the picture straight into the language model.
pub fn fuyu(cx: &mut Cx, c: &Cfg) -> R<()> {
    let flat = !c.mentions("text_config");
    let t = if flat && c.own("hidden_size") {
        c.as_type("persimmon")
    } else {
        c.sub("text_config", "persimmon")
    };
    let outer = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    text_model(cx, &t, outer.or(Some(false)))?;
    let patch = c.u("patch_size")?;
    let values = vit::channels(c)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    let p = Cost::new()
        .linear(0, values, t.u("hidden_size")?, true)
        .not_run();
    cx.t.add("model.vision_embed_tokens", "patch embedding", 1, p);
    Ok(())
}

/// InternVL in its publisher's own code: InternViT, pixel shuffle, two matrices, a language model under `llm_config`.
pub fn internvl_chat(cx: &mut Cx, c: &Cfg) -> R<()> {
    let t = c.sub("llm_config", "qwen2");
    let v = c.sub("vision_config", "internvl_vision");
    if cx.only(Part::Vision) {
        let (n, _) = intern_vit(cx, &v)?;
        cx.tokens = n;
        return Ok(());
    }
    let own = t
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    cx.head = Head::CausalLm;
    text_model(cx, &t, own)?;
    if cx.only(Part::Text) {
        return Ok(());
    }
    let tokens = cx.tokens;
    let mark = cx.t.mark();
    let (n, d) = intern_vit(cx, &v)?;
    let r = c.f("downsample_ratio", 0.5)?;
    let s = if r > 0.0 {
        (1.0 / r).round().clamp(1.0, 1e4) as u64
    } else {
        1
    };
    let s = s.saturating_mul(s);
    let (m, wide, td) = (
        n.saturating_sub(1) / s,
        d.saturating_mul(s),
        t.u("hidden_size")?,
    );
    let p = Cost::new()
        .vector(wide.saturating_mul(2))
        .linear(m, wide, td, true)
        .linear(m, td, td, true);
    cx.t.add("mlp1", "projector", 1, p);
    if !cx.given(&["pixel_values"]) {
        cx.t.idle_from(mark);
        cx.t.note("tower-not-run", "Only text is given: the image tower counts as parameters, not as work. Give pixel_values, like [1, 3, 448, 448], to run it once.");
    }
    cx.tokens = tokens;
    Ok(())
}

/// InternViT, from 300 million to 6 billion parameters.
fn intern_vit(cx: &mut Cx, v: &Cfg) -> R<(u64, u64)> {
    let d = v.u("hidden_size")?;
    let heads = v.u("num_attention_heads")?;
    let patch = v.pair("patch_size")?.0;
    let (h, w) = vit::picture(cx, v)?;
    let (oh, ow) = v.pair("image_size")?;
    let cut = |h: u64, w: u64| -> R<u64> {
        Ok(div(h, patch, "patch_size")?.saturating_mul(div(w, patch, "patch_size")?))
    };
    let (n, own) = (cut(h, w)?, cut(oh, ow)?);
    let values = vit::channels(v)?
        .saturating_mul(patch)
        .saturating_mul(patch);
    let embed = Cost::new().convolution(n, values, d, 1, 1, true);
    cx.t.add(
        "vision_model.embeddings.patch_embedding",
        "patch embedding",
        1,
        embed,
    );
    let rows = own.saturating_add(2);
    cx.t.add(
        "vision_model.embeddings.position_embedding",
        "position table",
        1,
        Cost::new().weights(&[rows, d]),
    );
    let q = v.b("qkv_bias");
    let a = Attention::new(
        d,
        heads,
        heads,
        div(d, heads, "num_attention_heads")?,
        Mask::Full,
    )
    .biased([q, q, q, true]);
    let normed = v.b("qk_normalization");
    let a = Attention {
        extra: if normed { d.saturating_mul(2) } else { 0 },
        ..a
    };
    let one = if v.s("norm_type") == Some("layer_norm") {
        d.saturating_mul(2)
    } else {
        d
    };
    let f = FeedForward {
        width: d,
        inner: v.u("intermediate_size")?,
        gated: false,
        bias: [true; 2],
    };
    // Two norms and two scales.
    let norm = one.saturating_mul(2).saturating_add(d.saturating_mul(2));
    let n = n.saturating_add(1);
    Blocks::alike(
        Block::usual(a, Ffn::Dense(f), norm),
        v.layers("num_hidden_layers")?,
    )
    .add(cx, "vision_model.encoder.layers", n);
    Ok((n, d))
}

/// Gemma 3n: its language model, and the tables that stand before it. Its image tower is another library's, without sizes.
pub fn gemma3n(cx: &mut Cx, c: &Cfg) -> R<()> {
    let t = c.sub("text_config", "gemma3n_text");
    let tied = c
        .get("tie_word_embeddings")
        .and_then(serde_json::Value::as_bool);
    text_model(cx, &t, tied)?;
    if cx.only(Part::Text) || cx.class.ends_with("ForCausalLM") {
        return Ok(());
    }
    let d = t.u("hidden_size")?;
    for (key, like, what) in [
        ("vision_config", "gemma3n_vision", "image tower"),
        ("audio_config", "gemma3n_audio", "audio tower"),
    ] {
        let v = c.sub(key, like);
        let wide = v.u("hidden_size")?;
        let k = Cost::new()
            .weights(&[v.u("vocab_size")?, wide])
            .vector(wide.saturating_mul(2))
            .linear(0, wide, d, false)
            .not_run();
        let name = key.split('_').next().unwrap_or(key);
        cx.t.add(&format!("model.embed_{name}"), "projector", 1, k);
        cx.t.unknown.push(compute_layers::Unknown {
            what: format!("{what} of gemma3n ({key})"),
            occurrences: 1,
            matters: true,
        });
    }
    cx.t.note("part-not-counted", "The language model and the tables before it are counted; the towers for pictures and sound are not: their parameters and work come on top.");
    Ok(())
}
