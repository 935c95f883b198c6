/** What to do instead. */
export const SECRET_MEND = "put the key in an environment variable and name it in apiKeyEnv";

/**
 * Names that say that their value is a credential, whatever comes before: `client-secret`, `x-api-key`. A bare `key` is none,
 * since caches and idempotency have theirs.
 */
const SECRET_NAME =
  /(?:^|-)(?:authorization|bearer|cookie|credentials?|jwt|pass(?:word|wd|phrase)|pwd|\w*secrets?|\w*(?:access|account|admin|api|auth|client|encryption|license|master|private|secret|service|shared|signing|ssh|subscription)-?key(?:-id)?|\w*(?:access|api|auth|bearer|csrf|refresh|security|session)token)$/;

/** A name that ends in `token` is a credential, */
const TOKEN_NAME = /(?:^|([a-z\d]+)-)token$/;
/** unless the word before it says that the text of a model is meant: `eos_token`, `time_per_output_token`. */
const TEXT_TOKEN =
  /^(?:add|answer|audio|begin|bos|cached?|class|cls|completion|content|draft|end|eos|eot|fim|first|generated|image|input|last|mask|max|min|new|next|no|one|out|output|pad|per|prompt|reasoning|sep|skip|special|start|stop|text|think|thinking|tool|unk|video|vocab|word)$/;

/**
 * How keys and tokens look, by the prefixes that their issuers give them, with as many characters as tell them from words:
 * `sk-SK` is Slovak, `hf_hub` a library.
 */
const SECRET_SHAPES: readonly RegExp[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek and most that copy them; LiteLLM's examples are `sk-1234`.
  /sk-(?:\d{4}|[\w-]*\w{16}|(?=[a-z-]*\d)[\w-]{24})/,
  // Groq, Cerebras, Hugging Face, Replicate, Fireworks, x.ai, Perplexity, Together; Stripe, whose keys get pasted too.
  /(?:gsk_|csk-|hf_|r8_|fw_|xai-|pplx-|tgp_v1_|[rs]k_(?:live|test)_)[A-Za-z\d]{16}/,
  /nvapi-[\w-]{16}/,
  // GitHub, GitLab, Slack, Databricks.
  /(?:gh[opsur]_|github_pat_|glpat-)[\w-]{16}/,
  /xox[a-z]-[\w-]{8}/,
  /dapi[\da-f]{32}/,
  // AWS access keys and Bedrock's long keys; Google's API keys and access tokens.
  /A(?:KI|SI)A[A-Z\d]{16}/,
  /ABSK[\w+/]{16}/,
  /AIza[\w-]{16}|ya29\.[\w-]{16}/,
  // JSON Web Tokens, and any other JSON in base64.
  /eyJ[\w-]{16}/,
];

/** At the beginning or after anything that is no part of a word: `Bearer hf_…`, `key=sk-…`. */
const SECRET_VALUE = new RegExp(
  `(?<![\\w-])(?:${SECRET_SHAPES.map(({ source }) => source).join("|")})|-----BEGIN [A-Z ]*PRIVATE KEY-----`,
);

/** RFC 6750, and RFC 7617, whose text is `user:password` in base64. */
const AUTHORIZATION_VALUE = /^(bearer|basic)\s+(\S+)$/i;

/** True for a text that holds what looks like a credential. */
export function isSecretValue(value: string): boolean {
  const [, scheme, text] = AUTHORIZATION_VALUE.exec(value.trim()) ?? [];
  if (scheme?.toLowerCase() === "bearer") return true;
  if (text !== undefined && Buffer.from(text, "base64").includes(":")) return true;
  return SECRET_VALUE.test(value);
}

/** True for a header or member whose very name says that its value is a credential, in any way of writing it. */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-")
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, "-")
    .replace(/-$/, "");
  const token = TOKEN_NAME.exec(words);
  return SECRET_NAME.test(words) || (token !== null && !TEXT_TOKEN.test(token[1] ?? ""));
}

/** True for the name of an environment variable that can hold a key; a key itself hardly ever looks so. */
export function isVariableName(text: string): boolean {
  return /^[A-Z_][A-Z\d_]{0,99}$/.test(text);
}
