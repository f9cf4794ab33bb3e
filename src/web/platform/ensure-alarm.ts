/** Sets the alarm of a Durable Object if the stored one would come too late or never. */

/** The part of an object's storage that holds the alarm. */
type AlarmStorage = Pick<DurableObjectStorage, "getAlarm" | "setAlarm">;

/**
 * Whether an alarm is still to come, and soon enough. An alarm in the past proves nothing: the platform gives up after
 * several failed runs, and a clock that was wrong may have set it.
 *
 * @param at Milliseconds since the epoch; null for no alarm.
 * @param withinMs The latest time for it, in milliseconds from now.
 */
export function isAlarmWithin(at: number | null, withinMs: number): at is number {
  const now = Date.now();
  return at !== null && at > now && at <= now + withinMs;
}

/**
 * Sets the alarm unless it is still to come within this time. So an alarm that is missing, in the past or too late is
 * replaced, and an earlier one is kept.
 *
 * @param withinMs Milliseconds from now.
 * @returns The time of the alarm, in milliseconds since the epoch.
 */
export async function ensureAlarm(storage: AlarmStorage, withinMs: number): Promise<number> {
  const stored = await storage.getAlarm();
  if (isAlarmWithin(stored, withinMs)) return stored;
  const at = Date.now() + withinMs;
  await storage.setAlarm(at);
  return at;
}
