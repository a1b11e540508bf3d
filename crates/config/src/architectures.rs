//! The registry of architectures: a new type is one line here, and a function or a table row in its family.

use crate::cfg::{Cfg, R};
use crate::context::Cx;
use crate::families::*;

/// Types that one function counts.
pub struct Architecture {
    /// Values of `model_type`.
    pub types: &'static [&'static str],
    /// Type whose defaults hold where transformers has no class for the type itself.
    pub like: Option<&'static str>,
    /// Class whose head is counted when the file names none.
    pub class: &'static str,
    /// Counts a model of these types.
    pub count: fn(&mut Cx, &Cfg) -> R<()>,
}

const fn a(
    types: &'static [&'static str],
    class: &'static str,
    count: fn(&mut Cx, &Cfg) -> R<()>,
) -> Architecture {
    Architecture {
        types,
        like: None,
        class,
        count,
    }
}

const fn like(
    types: &'static [&'static str],
    like: &'static str,
    class: &'static str,
    count: fn(&mut Cx, &Cfg) -> R<()>,
) -> Architecture {
    Architecture {
        types,
        like: Some(like),
        class,
        count,
    }
}

const LM: &str = "ForCausalLM";
const GEN: &str = "ForConditionalGeneration";
const IMAGE: &str = "ForImageClassification";
const MODEL: &str = "Model";
const MLM: &str = "ForMaskedLM";

/// All architectures, apart from the rows of [`dense::ROWS`].
pub const ARCHITECTURES: &[Architecture] = &[
    a(
        &["gpt2", "gpt-sw3", "openai-gpt", "gpt_bigcode", "ctrl"],
        "LMHeadModel",
        gpt::gpt2,
    ),
    a(&["gpt_neo"], LM, gpt::gpt_neo),
    a(&["gptj", "codegen"], LM, gpt::gptj),
    a(&["gpt_neox"], LM, gpt::gpt_neox),
    a(&["gpt_neox_japanese"], LM, gpt::gpt_neox_japanese),
    a(&["opt"], LM, gpt::opt),
    a(&["bloom"], LM, gpt::bloom),
    a(&["falcon"], LM, gpt::falcon),
    like(
        &["RefinedWeb", "RefinedWebModel"],
        "falcon",
        LM,
        gpt::falcon,
    ),
    a(&["mpt"], LM, gpt::mpt),
    a(&["xglm", "biogpt"], LM, gpt::xglm),
    a(&["qwen"], LM, gpt::qwen),
    a(&["chatglm"], LM, gpt::chatglm),
    a(&["mamba", "falcon_mamba"], LM, hybrid::mamba),
    a(&["mamba2"], LM, hybrid::mamba2),
    a(&["bamba"], LM, hybrid::bamba),
    a(&["jamba"], LM, hybrid::jamba),
    a(&["zamba", "zamba2"], LM, hybrid::zamba),
    a(&["nemotron_h"], LM, hybrid::nemotron_h),
    a(&["granitemoehybrid"], LM, hybrid::granite_hybrid),
    a(&["falcon_h1"], LM, hybrid::falcon_h1),
    a(&["lfm2", "lfm2_moe"], LM, hybrid::lfm2),
    a(&["recurrent_gemma"], LM, hybrid::recurrent_gemma),
    a(&["rwkv"], LM, hybrid::rwkv),
    a(&["xlstm"], LM, hybrid::xlstm),
    a(
        &["qwen3_next", "qwen3_5_text", "qwen3_5_moe_text"],
        LM,
        hybrid::qwen_next,
    ),
    a(&["minimax"], LM, hybrid::minimax),
    like(
        &["minimax_text_01", "minimax_m1"],
        "minimax",
        LM,
        hybrid::minimax,
    ),
    a(&["olmo_hybrid"], LM, hybrid::olmo_hybrid),
    a(&["kimi_linear"], LM, hybrid::kimi_linear),
    a(&["mimo_v2_flash"], LM, decoders::mimo_v2),
    a(&["step3p5", "laguna"], LM, decoders::head_gated),
    a(&["longcat_flash"], LM, decoders::longcat),
    a(&["diffllama"], LM, decoders::diffllama),
    a(&["doge"], LM, decoders::doge),
    a(&["eurobert"], MLM, decoders::eurobert),
    a(&["cohere2_moe"], LM, decoders::cohere2_moe),
    a(&["deepseek_v4"], LM, decoders::deepseek_v4),
    a(&["minimax_m3_vl_text"], LM, decoders::minimax_m3),
    a(&["ernie4_5_vl_moe_text"], LM, decoders::ernie_vl),
    a(
        &[
            "bert",
            "ernie",
            "mra",
            "yoso",
            "roberta",
            "xlm-roberta",
            "camembert",
            "jina_embeddings_v3",
            "data2vec-text",
            "ibert",
            "xmod",
            "roberta-prelayernorm",
            "xlm-roberta-xl",
            "megatron-bert",
            "big_bird",
            "electra",
            "convbert",
            "distilbert",
            "layoutlm",
            "mpnet",
            "roformer",
            "nomic_bert",
            "gte",
            "rembert",
            "albert",
        ],
        MLM,
        bert::bert,
    ),
    a(&["bert-generation"], "BertGenerationDecoder", bert::bert),
    a(&["canine"], MODEL, encoders::canine),
    a(&["funnel"], MLM, encoders::funnel),
    a(&["luke"], MLM, encoders::luke),
    a(&["dpr"], "QuestionEncoder", encoders::bert_like),
    a(&["bros"], MODEL, encoders::bert_like),
    a(&["roc_bert"], MLM, encoders::bert_like),
    a(&["reformer"], "ReformerModelWithLMHead", encoders::reformer),
    a(&["splinter"], "SplinterModel", bert::bert),
    a(&["deberta", "deberta-v2"], MLM, bert::deberta),
    a(&["mobilebert"], MLM, bert::mobilebert),
    a(&["fnet"], MLM, bert::fnet),
    a(&["longformer"], MLM, bert::longformer),
    a(&["esm"], MLM, bert::esm),
    a(&["modernbert"], MLM, bert::modernbert),
    a(&["modernbert-decoder"], LM, bert::modernbert),
    a(&["xlm", "flaubert"], "WithLMHeadModel", bert::xlm),
    a(&["xlnet"], "LMHeadModel", bert::xlnet),
    a(&["squeezebert"], MLM, bert::squeezebert),
    a(
        &["t5", "mt5", "umt5", "longt5", "switch_transformers"],
        GEN,
        seq2seq::t5,
    ),
    a(
        &[
            "bart",
            "plbart",
            "mvp",
            "mbart",
            "pegasus",
            "bigbird_pegasus",
            "blenderbot",
            "blenderbot-small",
            "m2m_100",
            "nllb-moe",
            "fsmt",
        ],
        GEN,
        seq2seq::bart,
    ),
    a(&["marian"], "MarianMTModel", seq2seq::bart),
    a(&["pegasus_x"], GEN, seq2seq::pegasus_x),
    a(&["prophetnet"], GEN, seq2seq::prophetnet),
    a(&["vilt"], MODEL, joined::vilt),
    a(&["pix2struct"], GEN, joined::pix2struct),
    a(&["kosmos-2"], GEN, joined::kosmos2),
    a(&["florence2"], GEN, joined::florence2),
    a(&["colpali", "colqwen2"], "ForRetrieval", joined::retrieval),
    a(&["video_llava"], GEN, joined::video_llava),
    a(&["visual_bert"], MODEL, encoders::bert_like),
    a(&["t5gemma"], GEN, seq2seq::t5gemma),
    a(
        &[
            "vit",
            "deit",
            "beit",
            "data2vec-vision",
            "dinov2",
            "dinov2_with_registers",
            "vit_msn",
            "ijepa",
        ],
        IMAGE,
        vit::vit,
    ),
    a(&["dinov3_vit"], MODEL, vit::vit),
    a(
        &[
            "clip_vision_model",
            "siglip_vision_model",
            "siglip2_vision_model",
            "metaclip_2_vision_model",
            "mlcd_vision_model",
        ],
        MODEL,
        vit::image_model,
    ),
    a(
        &[
            "clip_text_model",
            "siglip_text_model",
            "siglip2_text_model",
            "metaclip_2_text_model",
        ],
        MODEL,
        vit::text_model,
    ),
    a(
        &[
            "clip",
            "siglip",
            "siglip2",
            "metaclip_2",
            "owlvit",
            "owlv2",
            "clipseg",
        ],
        MODEL,
        vit::clip,
    ),
    a(
        &["audio-spectrogram-transformer"],
        "ForAudioClassification",
        vit::ast,
    ),
    a(&["sam", "sam_vision_model"], MODEL, vit::sam),
    a(&["swin", "swinv2", "donut-swin"], IMAGE, stages::swin),
    a(&["segformer", "pvt", "pvt_v2"], IMAGE, stages::segformer),
    a(&["poolformer"], IMAGE, stages::poolformer),
    a(&["convnext", "convnextv2"], IMAGE, convnet::convnext),
    a(&["dinov3_convnext"], MODEL, convnet::convnext),
    a(&["resnet"], IMAGE, convnet::resnet),
    a(&["regnet"], IMAGE, convnet::regnet),
    a(&["efficientnet"], IMAGE, convnet::efficientnet),
    a(&["mobilenet_v1"], IMAGE, convnet::mobilenet_v1),
    a(&["mobilenet_v2"], IMAGE, convnet::mobilenet_v2),
    a(&["mobilevit"], IMAGE, convnet::mobilevit),
    a(&["dpt"], "ForDepthEstimation", depth::dpt),
    a(
        &["depth_anything"],
        "ForDepthEstimation",
        depth::depth_anything,
    ),
    a(&["levit"], IMAGE, pyramids::levit),
    a(&["cvt"], IMAGE, pyramids::cvt),
    a(&["focalnet"], IMAGE, pyramids::focalnet),
    a(&["hiera"], IMAGE, pyramids::hiera),
    a(&["bit"], IMAGE, pyramids::bit),
    a(&["mobilevitv2"], IMAGE, pyramids::mobilevit2),
    a(&["vitdet"], MODEL, pyramids::vitdet),
    a(&["whisper"], GEN, audio::whisper),
    a(
        &[
            "wav2vec2",
            "hubert",
            "wavlm",
            "unispeech",
            "unispeech-sat",
            "data2vec-audio",
            "sew",
        ],
        "ForCTC",
        audio::wav2vec2,
    ),
    a(&["parakeet_encoder"], "Encoder", conformers::parakeet),
    a(&["parakeet_ctc"], "ForCTC", conformers::parakeet),
    a(&["granite_speech"], GEN, conformers::granite_speech),
    a(&["wav2vec2-bert"], MODEL, conformers::w2v_bert),
    a(&["t5gemma2"], GEN, seq2seq::t5gemma2),
    a(&["gemma3n"], GEN, multimodal::gemma3n),
    a(&["timesfm"], "ModelForPrediction", series::timesfm),
    a(&["patchtst"], "ForPrediction", series::patchtst),
    a(&["gemma3n_text"], LM, gemma::gemma3n),
    a(&["gemma4_text"], LM, gemma::gemma4),
    a(&["dbrx"], LM, mixture::dbrx),
    a(&["jetmoe"], LM, mixture::jetmoe),
    a(&["mllama_text_model"], LM, multimodal::mllama_text),
    a(
        &[
            "llava",
            "llava_next",
            "llava_next_video",
            "llava_onevision",
            "vipllava",
            "paligemma",
            "gemma3",
            "shieldgemma2",
            "gemma4",
            "qwen2_vl",
            "qwen2_5_vl",
            "qwen3_vl",
            "qwen3_vl_moe",
            "qwen3_5",
            "qwen3_5_moe",
            "glm4v",
            "glm4v_moe",
            "idefics2",
            "idefics3",
            "smolvlm",
            "internvl",
            "aya_vision",
            "cohere2_vision",
            "mistral3",
            "mllama",
            "llama4",
            "lfm2_vl",
            "deepseek_vl",
            "glm46v",
            "glm_ocr",
            "kimi_k25",
            "paddleocr_vl",
            "minimax_m3_vl",
            "step3p7",
            "ernie4_5_vl_moe",
            "ovis2",
            "got_ocr2",
            "aria",
            "video_llama_3",
            "lighton_ocr",
        ],
        GEN,
        multimodal::vision_language,
    ),
    like(&["kimi_vl"], "kimi_k25", GEN, multimodal::vision_language),
    a(
        &[
            "audioflamingo3",
            "musicflamingo",
            "glmasr",
            "qwen3_asr",
            "voxtral_realtime",
        ],
        GEN,
        speech::audio_language,
    ),
    a(&["voxtral_realtime_text"], LM, speech::realtime_text),
    a(
        &["qwen2_5_omni_thinker", "qwen3_omni_moe_thinker"],
        GEN,
        speech::thinker,
    ),
    a(&["qwen2_5_omni", "qwen3_omni_moe"], GEN, speech::omni),
    a(&["voxtral", "qwen2_audio"], GEN, multimodal::audio_language),
    a(
        &["voxtral_encoder", "qwen2_audio_encoder"],
        "Encoder",
        multimodal::audio_encoder,
    ),
    a(&["tapas"], MLM, documents::tapas),
    a(&["markuplm"], MODEL, documents::markuplm),
    a(&["lilt"], MODEL, documents::lilt),
    a(&["layoutlmv3"], MODEL, documents::layoutlmv3),
    a(&["nystromformer"], MLM, documents::nystromformer),
    a(&["videomae"], "ForVideoClassification", video::videomae),
    a(&["vivit"], "ForVideoClassification", video::vivit),
    a(
        &["timesformer"],
        "ForVideoClassification",
        video::timesformer,
    ),
    a(&["vit_mae"], MODEL, video::vit_mae),
    a(&["yolos"], "ForObjectDetection", video::yolos),
    a(&["chinese_clip", "altclip"], MODEL, paired::bert_clip),
    a(&["blip"], GEN, paired::blip),
    a(&["git"], LM, paired::git),
    a(&["led"], GEN, seq2seq::led),
    a(&["speech_to_text"], GEN, audio::speech_to_text),
    a(&["moonshine"], GEN, audio::moonshine),
    a(&["wav2vec2-conformer"], "ForCTC", audio::wav2vec2),
    a(&["imagegpt"], "ForCausalImageModeling", gpt::imagegpt),
    a(&["trocr"], LM, seq2seq::trocr),
    a(
        &[
            "vision-encoder-decoder",
            "speech-encoder-decoder",
            "encoder-decoder",
        ],
        "EncoderDecoderModel",
        seq2seq::composite,
    ),
    a(
        &["time_series_transformer"],
        "ForPrediction",
        series::time_series,
    ),
    a(
        &["blip-2", "instructblip", "instructblipvideo"],
        GEN,
        multimodal::blip2,
    ),
    a(&["fuyu"], LM, multimodal::fuyu),
    a(
        &["internvl_chat"],
        "InternVLChatModel",
        multimodal::internvl_chat,
    ),
    // Code of the publishers' own.
    a(
        &["llava_llama", "llava_mistral", "llava_qwen", "phi3_v"],
        LM,
        custom::llava,
    ),
    a(&["minicpmv"], LM, custom::minicpm_v),
    a(&["phi3small"], LM, custom::phi3_small),
    a(&["llada"], LM, custom::llada),
    a(&["openelm"], LM, custom::openelm),
    a(&["nemotron-nas"], LM, custom::nemotron_nas),
    // The rows of the table of decoders in the manner of Llama.
    like(&["new"], "gte", "NewModel", bert::new),
    a(&["hf_olmo"], LM, custom::olmo),
    like(&["kimi_k2"], "deepseek_v3", LM, dense::count),
    like(
        &[
            "code_llama",
            "yi",
            "aquila",
            "xverse",
            "internlm",
            "internlm2",
            "baichuan",
        ],
        "llama",
        LM,
        dense::count,
    ),
    like(&["stablelm_epoch"], "stablelm", LM, dense::count),
];

/// How a type is counted.
pub fn find(model_type: &str) -> Option<fn(&mut Cx, &Cfg) -> R<()>> {
    ARCHITECTURES
        .iter()
        .find(|a| a.types.contains(&model_type))
        .map(|a| a.count)
        .or_else(|| dense::row(model_type).map(|_| dense::count as fn(&mut Cx, &Cfg) -> R<()>))
}

/// The class counted when the file names none.
pub fn default_class(model_type: &str) -> &'static str {
    ARCHITECTURES
        .iter()
        .find(|a| a.types.contains(&model_type))
        .map_or(LM, |a| a.class)
}

/// The type whose defaults hold for one that transformers does not know.
pub fn like_of(model_type: &str) -> Option<&'static str> {
    ARCHITECTURES
        .iter()
        .find(|a| a.types.contains(&model_type))
        .and_then(|a| a.like)
}

/// Every type that can be counted.
pub fn types() -> impl Iterator<Item = &'static str> {
    let rows = dense::ROWS.iter().flat_map(|r| r.types.iter().copied());
    ARCHITECTURES
        .iter()
        .flat_map(|a| a.types.iter().copied())
        .chain(rows)
}
