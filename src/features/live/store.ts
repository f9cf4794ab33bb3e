/** The history of the live feed in the storage of its object: one value, so that writing it writes one row. */
import { ReportHistory, type StoredHistory } from "./report-history.ts";

const KEY = "history";
/** The least average time between two writes. */
const WRITE_INTERVAL_MS = 5_000;
/** Writes that may follow each other at once after a pause. */
const MAX_BURST = 12;

/** What is stored. */
interface StoredValue extends StoredHistory {
  /** When all earlier writes are as far apart as they should be on average. In milliseconds since the epoch. */
  readonly paidUntil: number;
}

export class HistoryStore {
  readonly history: ReportHistory;
  readonly #storage: SyncKvStorage;
  #isChanged = false;
  #paidUntil: number;

  /** Reads the stored history. A feed without reports stores nothing. */
  constructor(storage: SyncKvStorage) {
    this.#storage = storage;
    const stored = storage.get<StoredValue>(KEY);
    this.history = new ReportHistory(stored);
    this.#paidUntil = stored?.paidUntil ?? 0;
  }

  noteChange(): void {
    this.#isChanged = true;
  }

  /** Writes a change if a write is due. A change that is not yet due is lost if the object is lost before the next call. */
  writeIfDue(): void {
    const now = Date.now();
    const paidUntil = Math.max(this.#paidUntil, now) + WRITE_INTERVAL_MS;
    const ahead = MAX_BURST * WRITE_INTERVAL_MS;
    const hasClockGoneBack = this.#paidUntil > now + ahead;
    if (!this.#isChanged || (paidUntil > now + ahead && !hasClockGoneBack)) return;
    this.#paidUntil = Math.min(paidUntil, now + ahead);
    this.#isChanged = false;
    const value: StoredValue = { ...this.history.stored, paidUntil: this.#paidUntil };
    this.#storage.put(KEY, value);
  }
}
