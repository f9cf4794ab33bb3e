/** Interleaved measurement: every contender runs once per round, and only figures of one round are compared. */

export interface Measured {
  /** Median over the rounds, in the measured unit. */
  readonly value: number;
  /** Median over the rounds of the ratio to the first contender. */
  readonly ratio: number;
  /** Quartiles of that ratio: they show how reliable it is. */
  readonly quartiles: readonly [number, number];
}

/**
 * Measures all contenders against the first one.
 *
 * The starting contender rotates and every second round runs backwards, so that no contender always
 * pays for the garbage of the same predecessor.
 *
 * @param measure Runs one contender once and returns its figure.
 */
export async function interleave<TName extends string>(
  names: readonly TName[],
  { rounds, warmup }: { readonly rounds: number; readonly warmup: number },
  measure: (name: TName) => Promise<number>,
): Promise<Map<TName, Measured>> {
  const turns: Map<TName, number>[] = [];
  for (let round = 0; round < warmup + rounds; round++) {
    const turn = new Map<TName, number>();
    for (const name of orderOf(names, round)) turn.set(name, await measure(name));
    if (round >= warmup) turns.push(turn);
  }
  return new Map(names.map((name) => [name, summarize(turns, name, names[0] ?? name)]));
}

function orderOf<T>(names: readonly T[], round: number): T[] {
  const start = (round >> 1) % names.length;
  const order = [...names.slice(start), ...names.slice(0, start)];
  return round % 2 === 0 ? order : order.reverse();
}

function summarize<TName>(turns: readonly Map<TName, number>[], name: TName, reference: TName): Measured {
  const values = turns.map((turn) => turn.get(name) ?? Number.NaN);
  const ratios = turns.map((turn) => (turn.get(name) ?? Number.NaN) / (turn.get(reference) ?? Number.NaN));
  return {
    value: quantile(values, 0.5),
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at % 1);
}
