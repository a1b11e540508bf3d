// A program that uses every export of the JavaScript module. tests/browser/module.test.mjs has `tsc --strict` accept it, then runs
// what tsc makes of it in Node.js and in a browser.
import type * as Api from 'training-compute';

type Exact<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
/** Compiles only where both are the same type: an export that became `any` is caught. */
function same<A, B>(_same: Exact<A, B>): void {}

const kind: Api.Kind = 'pre-training';
const format: Api.NumberFormat = 'bf16';
const parameters: Api.Quantity = '175B';
const counting: Api.Counting = {
  parameters, data: { low: 2.9e11, high: 3.1e11 }, attention: { depth: 96, width: 12288, sequenceLength: 2048, mask: 'causal' },
};
const hardware: Api.Hardware = { accelerator: 'V100', format, chips: 10000, time: '14.8 days', utilization: 0.2 };
const phase: Api.Phase = { kind, counting, hardware };
export const request: Api.Request = { name: 'GPT-3', domain: 'language', phases: [phase] };

// @ts-expect-error A key that no field has.
export const unknownKey: Api.Counting = { parametres: '175B' };
// @ts-expect-error A kind that is none.
export const unknownKind: Api.Phase = { kind: 'training' };
// @ts-expect-error A range has two ends.
export const halfRange: Api.Quantity = { low: 1 };
// @ts-expect-error Phases must be given, if only an empty list.
export const noPhases: Api.Request = {};

/** Narrowed by `ok`, as a program would. */
function parsed(reading: Api.Parsed): string {
  return reading.ok ? reading.echo + reading.notes.map((note) => note.message).join('') : `${reading.message} ${reading.remedy}`;
}

const config = '{"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12}';

export async function useAll(api: typeof Api): Promise<Record<string, unknown>> {
  const estimate: Api.Estimate = api.estimate(request);
  const first: Api.PhaseResult | undefined = estimate.phases[0];
  const method: Api.MethodResult | null = estimate.counting;
  const steps: Api.Step[] = method?.steps ?? [];
  const flop: Api.Uncertain | null = estimate.flop;
  const problems: Api.Problem[] = estimate.problems;
  const thresholds: Api.Threshold[] = estimate.comparison?.thresholds ?? [];
  same<typeof estimate.totals, { all: Api.Uncertain; euUpdate: Api.Uncertain; euCumulative: Api.Uncertain; usState: Api.Uncertain } | null>(true);

  const link: string = api.encodeLink(request);
  const decoded = api.decodeLink(link);
  same<typeof decoded, { request: Api.Request; problems: Api.Problem[] }>(true);
  const many = api.estimateMany([request, request]);
  const linked = api.estimateMany([link]);

  const accelerators: Api.Accelerator[] = api.accelerators();
  const models: Api.Model[] = api.models();
  const presets: Api.Preset[] = api.presets();
  const kinds: Api.ParseKind[] = ['count', 'flop', 'flop-per-second', 'time', 'fraction', 'chip-time'];
  const readings = kinds.map((word) => parsed(api.parse(word, word === 'fraction' ? '40%' : '3 apples')));

  const countOptions: Api.CountOptions = { sequenceLength: 1024, batch: 1, causal: false };
  const count: Api.Count = api.count(config, countOptions);
  const file: Api.FileLike = new Blob([config]);
  const seen: number[] = [];
  const readOptions: Api.ReadOptions = { name: 'config.json', onProgress: ({ position }) => seen.push(position), signal: new AbortController().signal };
  const fromFile: Api.Count = await api.countFile(file, readOptions);
  const fromFiles: Api.Count = await api.countFiles([file], { name: 'config.json' });
  const trainingOptions: Api.TrainingOptions = { mode: 'lora', rank: 8, recompute: 'none' };
  const training: Api.Training = api.trainingFlop(count, trainingOptions);
  let refusal: Api.Refusal | undefined;
  try {
    api.count('<html>');
  } catch (thrown) {
    refusal = thrown as Api.Refusal;
  }

  const layerKinds: Api.LayerKind[] = api.layerKinds();
  const article: Api.LayerList = api.articleLayers();
  const layers: Api.Layer[] = article.layers;
  const counted: Api.Count = api.countLayers(layers);
  const text: string = api.encodeLayers(article);
  const again = api.decodeLayers(text);

  const found: Api.Found[] = api.readPassage('We trained a model of 70B parameters on 2T tokens with 2,048 H100 GPUs for 35 days.');
  const cited = api.cite(link, 'https://example.org/', '2026-11-25');
  const record: Api.EstimateRecord | undefined = cited?.record;
  const opened = api.openRecord(JSON.stringify(record));

  const batch = new api.Batch('2026-11-25', 'https://example.org/');
  const csv = batch.push('name,params,data\nA,70B,2T\n') + batch.finish();
  const state: Api.BatchState = batch.state();
  const rows: Api.BatchRow[] = batch.rows('total', true, 0, 10);
  const header: string = api.Batch.header();
  batch.free();

  return {
    flop: flop?.value, phases: first?.kind, steps: steps.length, problems: problems.length, thresholds: thresholds.map(({ id }) => id),
    link, decoded: decoded.problems.length, back: api.encodeLink(decoded.request), many: many.map((one) => one.flop?.value), linked: linked.map((one) => one.flop?.value),
    accelerators: accelerators.length, models: models.length, presets: presets.length, readings,
    count: count.parameters, fromFile: fromFile.parameters, fromFiles: fromFiles.parameters, progress: seen.length, training: training.trainableParameters,
    refusal: refusal?.code, layerKinds: layerKinds.length, counted: counted.parameters, again: again.layers.length === layers.length,
    found: found.map(({ field, value }) => `${field} ${value}`), sentence: cited?.sentence, opened: opened.ok && opened.now,
    csv: csv.split('\n').length, header: header.split(',').length, rows: rows.map(({ name, flop: total }) => `${name} ${total?.value}`), estimated: state.estimated,
  };
}
