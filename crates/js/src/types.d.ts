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
