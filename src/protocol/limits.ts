/** Largest single event that is read, bytes. */
export const EVENT_BYTES_MAX = 4 * 1024 * 1024;

/** Largest response that is read, bytes. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

/** Longest error code that is kept, characters: it goes into a row. */
export const CODE_CHARS_MAX = 100;

/** Longest model id that is kept, characters: it goes into a row. */
export const MODEL_CHARS_MAX = 200;
