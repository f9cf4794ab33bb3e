/** How often an isolate reports. */

/** Each report is a billed request to the object, and it tells the isolate whether the feed has listeners. */
const REPORT_INTERVAL_SECONDS = 60;
/** The same while the feed has listeners. */
const LISTENED_INTERVAL_SECONDS = 10;

/** The seconds until the next report of an isolate that knows whether the feed has listeners. */
export function reportInterval(hasListeners: boolean): number {
  return hasListeners ? LISTENED_INTERVAL_SECONDS : REPORT_INTERVAL_SECONDS;
}
