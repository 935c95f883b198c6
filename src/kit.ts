/** All that a TypeScript file in `providers/` may import: the vocabulary, and the wires to build on. */
export { failure, type Failure, type FailureKind } from "./core/failure.ts";
export type { Json, JsonObject } from "./core/json.ts";
export type { Call, Dialect, Frame, HttpRequest, Provider, StreamPart, Usage, Wire } from "./core/provider.ts";
export { httpFailure, streamFailure } from "./protocol/errors.ts";
export { openaiChat } from "./protocol/openai-chat.ts";
