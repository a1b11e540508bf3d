/** A row of a table of models, estimated. */
export interface BatchRow {
  /** Line of the file on which it begins, from 1. */
  line: number; name: string;
  counting: Uncertain | null; hardware: Uncertain | null; flop: Uncertain | null; headline: Estimate["headline"];
  /** Counting over accelerator time. */
  ratio: number | null; impliedUtilization: number | null; verdict: NonNullable<Estimate["agreement"]>["verdict"] | null;
  /** Ids of the thresholds passed: those shown by default that have begun. */
  thresholds: string[];
  publishedFlop: number | null;
  /** `flop` over `publishedFlop`. */
  overPublished: number | null;
  /** The worst first. */
  problems: { severity: Problem["severity"]; code: string; message: string; remedy: string }[];
  /** The query, canonical, without "?". */
  link: string;
}
/** How far a table is read. */
export interface BatchState {
  rows: number; estimated: number; errors: number; warnings: number;
  /** Rows by method. */
  counting: number; hardware: number; mixed: number;
  /** Rows with a published figure, and those of them more than three times apart from it. */
  published: number; apart: number;
  /** Nothing more is read; with `refused`, because of the notice that is an error. */
  done: boolean; refused: boolean;
  separator: "," | ";" | "\t";
  /** What each column is read as, in words; null: it is ignored. */
  columns: { name: string; reading: string | null }[];
  notices: { severity: Problem["severity"]; code: string; found: string; remedy: string }[];
}
/**
 * A CSV or TSV of models, read piece by piece: columns are keys of a link, labels of fields, or the names of Epoch AI's tables.
 * At most a million rows. `today` is an ISO date, `base` the page's address without query, for the links in the CSV.
 */
export class Batch {
  constructor(today?: string, base?: string);
  /** The first line of the results' CSV. */
  static header(): string;
  /** Reads a piece of text, cut anywhere; returns the results of the rows that it completes, as CSV. */
  push(chunk: string): string;
  /** The end of the text. */
  finish(): string;
  state(): BatchState;
  /** `by`: line, name, counting, hardware, total, ratio, implied, verdict, thresholds, published, over-published, problems. */
  rows(by: string, descending: boolean, from: number, count: number): BatchRow[];
  /** Gives its memory back. */
  free(): void;
}
