/** Largest single event that is read, bytes. */
export const EVENT_BYTES_MAX = 4 * 1024 * 1024;

/** Largest response that is read, bytes. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;
