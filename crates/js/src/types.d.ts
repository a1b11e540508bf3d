/** A number, text as a person would type it, or a 5th to 95th percentile range. */
export type Quantity = number | string | { low: number; high: number };

export type Kind = "pre-training" | "fine-tuning" | "reinforcement-learning" | "rollouts" | "synthetic-data" | "merged-model"
  | "teacher" | "auxiliary-model" | "evaluation" | "experiment";
export type NumberFormat = "fp64" | "fp32" | "tf32" | "fp16" | "bf16" | "fp8" | "fp4" | "int8" | "int4";
export interface Request {
  name?: string;
  domain?: "language" | "other";
  /** Training compute of the model that was modified, FLOP. */
  original?: Quantity | "unknown";
  systemic?: boolean;
  phases: Phase[];
}
export interface Phase {
  kind?: Kind;
  /** Synthetic data that is publicly accessible. */
  public?: boolean;
  /** Totals into which, and out of which, the phase was moved: "eu-update", "eu-cumulative", "us-state", comma between. */
  in?: string;
  out?: string;
  counting?: Counting;
  hardware?: Hardware;
}
/** Method 1. One basis: parameters (with activeParameters), connections, forwardFlop, or flop. */
export interface Counting {
  parameters?: Quantity;
  activeParameters?: Quantity;
  connections?: Quantity;
  forwardFlop?: Quantity;
  flop?: Quantity;
  data?: Quantity;
  batch?: Quantity;
  steps?: Quantity;
  epochs?: Quantity;
  backwardRatio?: Quantity;
  attention?: { depth: Quantity; width: Quantity; sequenceLength: Quantity; mask?: "full" | "causal" };
}
/** Method 2. */
export interface Hardware {
  /** Id, name or alias. */
  accelerator?: string;
  /** FLOP/s of one accelerator. */
  peak?: Quantity;
  format?: NumberFormat;
  chips?: Quantity;
  /** Seconds when a number. */
  time?: Quantity;
  /** Hours when a number. */
  chipHours?: Quantity;
  /** 0 to 1 when a number. */
  utilization?: Quantity;
  hfu?: Quantity;
  executedRatio?: Quantity;
}

/** Median, 5th and 95th percentile; the last two are null where no range was given. */
export interface Uncertain { value: number; low: number | null; high: number | null }
/** One line of the walkthrough. */
export interface Step {
  id: string; title: string; formula: string; substituted: string; value: Uncertain; unit: string; why: string;
}
export interface MethodResult { flop: Uncertain; steps: Step[]; drivers: { field: string; share: number }[] }
/** Nothing is thrown for bad input: it comes back as problems. */
export interface Problem {
  /** "phases[0].counting.parameters"; "" for the whole. */
  field: string;
  /** Stable, kebab-case. */
  code: string;
  message: string; remedy: string;
  severity: "error" | "warning" | "note";
}
export interface PhaseResult {
  kind: Kind;
  /** FLOP over the whole phase. */
  counting: (MethodResult & { forwardFlop: Uncertain; backwardFlop: Uncertain }) | null;
  hardware: (MethodResult & { accelerator: string | null; peak: number }) | null;
}
export interface Estimate {
  phases: PhaseResult[];
  counting: MethodResult | null;
  hardware: MethodResult | null;
  headline: "counting" | "hardware" | "mixed" | null;
  flop: Uncertain | null;
  totals: { all: Uncertain; euUpdate: Uncertain; euCumulative: Uncertain; usState: Uncertain } | null;
  text: { scientific: string; words: string; petaflopDays: string } | null;
  agreement: {
    /** Counting over hardware. */
    ratio: Uncertain;
    /** The utilization at which both methods agree. */
    impliedUtilization: Uncertain;
    verdict: "agree" | "differ" | "disagree" | "implausible" | "impossible";
    sentence: string;
  } | null;
  comparison: { below: Model | null; above: Model | null; thresholds: Threshold[] } | null;
  modifier: { threshold: Uncertain; share: Uncertain; isProvider: boolean; inheritsSystemicRisk: boolean; total: Uncertain | null } | null;
  /** The query, canonical, without "?". */
  link: string;
  problems: Problem[];
}
export interface Threshold {
  id: string; name: string; flop: number; relation: ">" | ">="; count: "all" | "euUpdate" | "euCumulative" | "usState" | "fineTuning";
  status: string; inForce: string | null; asOf: string; conditions: string; source: string;
  flopCounted: Uncertain; exceeded: boolean; /** null where no phase is counted */ verdict: "below" | "straddles" | "above" | null; probability: number | null;
}
export interface Accelerator {
  id: string; name: string; short: string; vendor: string; kind: string; architecture: string; unit: string; releaseDate: string; status: string;
  fp64: number | null; fp32: number | null; tf32: number | null; fp16: number | null; fp16Tensor: number | null; bf16Tensor: number | null;
  fp8: number | null; fp4: number | null; int8: number | null; int4: number | null;
  defaultFormat: NumberFormat | null; memoryBytes: number | null; memoryBandwidthBytesS: number | null; tdpW: number | null;
  aliases: string[]; sources: string[]; marks: string[]; note: string;
}
export interface Model {
  id: string; name: string; organization: string; date: string; domain: string; parameters: number | null; activeParameters: number | null;
  flop: number; confidence: string | null; source: string;
}
export interface Preset {
  id: string; name: string; year: number; query: string; request: Request;
  published: { flop: number; by: string; source: string } | null; note: string;
}
export type ParseKind = "count" | "flop" | "flop-per-second" | "time" | "fraction" | "chip-time";
export type Parsed =
  | { ok: true; value: Uncertain; echo: string; notes: { code: string; message: string }[] }
  | { ok: false; code: string; message: string; remedy: string };

/** The estimate of a request. Bad input comes back as problems; a program's mistake throws a TypeError that names the field. */
export function estimate(request: Request): Estimate;
/** The same for many requests, or queries of links. */
export function estimateMany(requests: Request[] | string[]): Estimate[];
/** The accelerators: FLOP/s, bytes, watts. */
export function accelerators(): Accelerator[];
/** The known models. */
export function models(): Model[];
/** The worked examples. */
export function presets(): Preset[];
/** Reads a number as a field of the page does. */
export function parse(kind: ParseKind, text: string): Parsed;
/** The canonical query of a request, without "?". */
export function encodeLink(request: Request): string;
/** Reads a query. */
export function decodeLink(query: string): { request: Request; problems: Problem[] };

export interface CountOptions {
  /** Tokens in one example. */
  sequenceLength?: number;
  batch?: number;
  /** Leave the masked half of causal attention out of forwardFlop. */
  causal?: boolean;
  /** Shapes of named inputs, or values of symbolic dimensions: { batch: [1] }. Of a multimodal model only the paths of the inputs given are run. */
  inputs?: Record<string, number[] | number>;
  /** Count that part alone. */
  part?: "text" | "vision" | "audio";
  /** "BertForMaskedLM"; default: the config's `architectures`, else the family's language-model class. */
  class?: string;
  /** Name of the file, for `count`: "model.gguf". */
  name?: string;
}
/** Of `countFile` and `countFiles` besides. */
export interface ReadOptions extends CountOptions {
  /** Called before each range is read: how far the reader is, of how many bytes, and how many it has asked for. */
  onProgress?: (progress: { position: number; size: number; bytes: number }) => void;
  /** Aborted, the count rejects with its reason. */
  signal?: AbortSignal;
}
/** Whole numbers; those beyond 2^53 are rounded, and exact in the field of the same name with "Exact". */
export interface Count {
  source: "config" | "onnx" | "safetensors" | "gguf" | "layers";
  name: string; architecture: string;
  parameters: number; parametersExact: string; trainableParameters: number;
  activeParameters: number; activeParametersExact: string;
  /** Of activeParameters, the input look-up table. */
  inputEmbeddingParameters: number;
  /** For one example (batch 1) of the given shape; 2 per multiply-accumulate. */
  forwardFlop: number; forwardFlopExact: string;
  /** The same with the masked half of causal attention left out. */
  forwardFlopCausal: number; forwardFlopCausalExact: string;
  /** Tokens in that example; forwardFlop / tokens is FLOP per token. 0 where the word has no meaning. */
  tokens: number;
  /** They add up to the totals exactly. */
  groups: {
    path: string; kind: string; repeat: number; parameters: number; parametersExact: string;
    forwardFlop: number; forwardFlopExact: string; formula: string;
  }[];
  unknown: { what: string; occurrences: number; matters: boolean }[];
  /** Symbolic dimensions or inputs that must be given. */
  needs: { name: string; why: string }[];
  problems: Problem[];
  /** Weight matrices by group, where the reader knows them: what adapters are laid beside. */
  matrices: { path: string; kind: string; inputs: number; outputs: number; count: number; positions: number; role: string }[];
  /** Of weight files: elements by stored type, buffers and scales included. */
  stored: { dtype: string; elements: number }[];
  /** What was read of the files: bytes, of how many, in how many ranges; null where the file was handed over whole. */
  read: { bytes: number; size: number; requests: number } | null;
}
/** What `count` and its like throw for a file that cannot be counted. A wrong type throws a TypeError instead. */
export interface Refusal extends Error {
  /** Stable, kebab-case: "pickle", "html", "unknown-model-type", "truncated". */
  code: string;
  /** What was found. */
  found: string;
  /** What would do instead. */
  remedy: string;
}
/** A Blob or File, or whatever hands out byte ranges. */
export type FileLike = Blob | {
  size: number; name?: string;
  slice(from: number, to: number): Promise<Uint8Array> | Uint8Array;
};
export interface TrainingOptions {
  mode: "all" | "lora" | "frozen" | "forward";
  /** Of adapters; 16 where it is left out. */
  rank?: number;
  /**
   * Kinds, paths or ends of paths of the groups whose matrices get an adapter, or roles of matrices ("q_proj", "v_proj");
   * empty: all but heads and tables.
   */
  targets?: string[];
  /** Beginnings of the paths of frozen groups. */
  frozen?: string[];
  /** Which activations are computed again; only executedFlop knows of it. */
  recompute?: "none" | "attention" | "full";
  /** Leave the masked half of causal attention out. */
  causal?: boolean;
}
/** FLOP of one example. */
export interface Training {
  forwardFlop: number; forwardFlopExact: string;
  backwardFlop: number; backwardFlopExact: string;
  /** Model FLOP: forward and backward. */
  trainingFlop: number; trainingFlopExact: string;
  /** With what is computed again. */
  executedFlop: number; executedFlopExact: string;
  /** Backward over forward: the calculator's ratio. */
  backwardRatio: number;
  trainableParameters: number; adapterParameters: number;
  steps: { id: string; title: string; formula: string; value: number; valueExact: string }[];
  problems: Problem[];
}

/**
 * Counts the text of a config.json or a list of layers, or the whole of a small file.
 * Throws a `Refusal` for what cannot be counted; a TypeError for a wrong type.
 */
export function count(input: string | Uint8Array, options?: CountOptions): Count;
/** Any size: asks for byte ranges, never for the weights. Rejects as `count` throws. */
export function countFile(file: FileLike, options?: ReadOptions): Promise<Count>;
/** The files of one model: shards, their index, the config.json beside them. What is not needed is passed over and named. */
export function countFiles(files: FileLike[], options?: ReadOptions): Promise<Count>;
/** Training FLOP of one example, from a count. */
export function trainingFlop(count: Count, options: TrainingOptions): Training;
/** One layer of a list, or a `block` of layers. */
export interface Layer {
  /** Id of a kind of `layerKinds`, or "block". */
  kind: string;
  name?: string;
  /** Fields that differ from the kind's defaults. */
  fields?: Record<string, number | boolean | string>;
  /** 1 where it is left out. */
  repeat?: number;
  /** All repeats use one set of weights: parameters once, work by use. */
  shared?: boolean;
  /** Layers with one label share their weights with the first of them. */
  share?: string;
  frozen?: boolean;
  /** Block sparsity: so many of so many weights are kept; `saved`: the hardware saves the work of the rest. */
  density?: { kept: number; of: number; saved?: boolean };
  /** Of a block. */
  layers?: Layer[];
}
export interface LayerKind {
  id: string; name: string; formula: string; source: string;
  /** "tokens": a number; left out, the sequence length of the options. */
  fields: { id: string; name: string; type: "number" | "tokens" | "flag" | "choice"; default: number | boolean | string | null; choices: string[] }[];
}
/** The catalogue of layers. */
export function layerKinds(): LayerKind[];
/** A list of layers. The sizes are those it is counted at where the options name none: tokens in one example, examples in a batch. */
export interface LayerList { layers: Layer[]; sequenceLength?: number; batch?: number }
/** The CNN-LSTM-FCN of the article, as a list of layers. */
export function articleLayers(): LayerList;
/** Counts a list of layers. Throws a `Refusal` that names the first layer that cannot be counted. */
export function countLayers(layers: LayerList | Layer[] | string, options?: CountOptions): Count;
/** A list of layers as text for an address: base64url of raw deflate of JSON. Throws a `Refusal` above 64 KiB of JSON. */
export function encodeLayers(layers: object | string): string;
/** The list back, from the text with or without "#layers=". Throws a `Refusal` where it does not read. */
export function decodeLayers(fragment: string): LayerList;
/** A quantity in a passage: the field it would fill, its place (UTF-16), its text for the field; alternatives where two figures stand for one field. */
export interface Found { phase: number; field: string; text: string; from: number; to: number; value: string; alternatives: string[] }
/** The quantities of a training run that a passage tells. Nothing is guessed that is not written. */
export function readPassage(text: string): Found[];
/** An estimate kept for the file; `record.schema.json` describes it. */
export interface EstimateRecord {
  schema: string; name: string; date: string; tables: string; version: string; link: string; flop: Uncertain; two_significant_figures: string;
  method: string; counting: Uncertain | null; hardware: Uncertain | null; agreement: string | null;
  inputs: { key: string; label: string; typed: string; read: string }[]; assumptions: string[];
  totals: { count: string; flop: Uncertain; phases: number[]; words: string }[];
  thresholds: { id: string; sentence: string; status: string; as_of: string; conditions: string; source: string }[];
  sources: string[]; remark: string;
}
/** An estimate to quote. `base` is the page's address without query, `today` an ISO date. */
export function cite(query: string, base: string, today: string):
  { sentence: string; markdown: string; bibtex: string; csv: string; csvHeader: string; file: string; record: EstimateRecord } | null;
/** Opens a record again: its link is read anew. */
export function openRecord(text: string):
  | { ok: true; query: string; kept: number; now: number | null; notes: string[] }
  | { ok: false; code: string; message: string; remedy: string };
