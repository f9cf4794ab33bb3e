/** Interleaved measurement: every contender runs once per round, and only figures of one round are compared. */

export interface Measured {
  /** Median over the rounds, in the measured unit. */
  readonly value: number;
  /** Median over the rounds of the ratio to the first contender. */
  readonly ratio: number;
  /** Quartiles of that ratio: they show how reliable it is. */
  readonly quartiles: readonly [number, number];
}

interface Rounds {
  readonly rounds: number;
  /** The rounds before them, which do not count. */
  readonly warmup: number;
}

/**
 * Measures all contenders against the first one.
 *
 * @param measure Runs one contender once and returns its figure.
 */
export async function interleave<TName extends string>(
  names: readonly TName[],
  rounds: Rounds,
  measure: (name: TName) => Promise<number>,
): Promise<Map<TName, Measured>> {
  return summarize(names, await takeTurns(names, rounds, measure));
}

/**
 * Runs all contenders once per round. The starting contender rotates and every second round runs backwards, so that no
 * contender always pays for the garbage of the same predecessor.
 *
 * @returns For each round, what `measure` returned for each contender.
 */
export async function takeTurns<TName extends string, TFigure>(
  names: readonly TName[],
  { rounds, warmup }: Rounds,
  measure: (name: TName) => Promise<TFigure>,
): Promise<Map<TName, TFigure>[]> {
  const turns: Map<TName, TFigure>[] = [];
  for (let round = 0; round < warmup + rounds; round++) {
    const turn = new Map<TName, TFigure>();
    for (const name of orderOf(names, round)) turn.set(name, await measure(name));
    if (round >= warmup) turns.push(turn);
  }
  return turns;
}

function orderOf<T>(names: readonly T[], round: number): T[] {
  const start = (round >> 1) % names.length;
  const order = [...names.slice(start), ...names.slice(0, start)];
  return round % 2 === 0 ? order : order.reverse();
}

/** Compares the figures of each round with the first contender's. */
export function summarize<TName extends string>(
  names: readonly TName[],
  turns: readonly ReadonlyMap<TName, number>[],
): Map<TName, Measured> {
  const [reference] = names;
  const valuesOf = (name: TName | undefined) => turns.map((turn) => (name && turn.get(name)) ?? Number.NaN);
  const references = valuesOf(reference);
  const entries = names.map((name): [TName, Measured] => {
    const values = valuesOf(name);
    const ratios = values.map((value, index) => value / (references[index] ?? Number.NaN));
    const quartiles = [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const;
    return [name, { value: quantile(values, 0.5), ratio: quantile(ratios, 0.5), quartiles }];
  });
  return new Map(entries);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at % 1);
}
