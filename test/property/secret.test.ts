import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSecretName, isSecretValue } from "../../src/scenario/secret.ts";
import { VOCABULARY } from "../../src/scenario/words.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const from = (alphabet: string, length: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[${alphabet}]{${length}}$`));

/** Keys as their issuers make them: prefix, alphabet, length of the rest. All of them are drawn, so none opens anything. */
const KEYS: readonly (readonly [prefix: string, alphabet: string, length: number])[] = [
  ["sk-", BASE62, 48],
  ["sk-", "0123456789abcdef", 32],
  ["sk-proj-", `${BASE62}_-`, 148],
  ["sk-ant-api03-", `${BASE62}_-`, 95],
  ["sk-or-v1-", "0123456789abcdef", 64],
  ["sk_live_", BASE62, 24],
  ["gsk_", BASE62, 52],
  ["csk-", "0123456789abcdefghijklmnopqrstuvwxyz", 48],
  ["hf_", BASE62.slice(10), 34],
  ["r8_", BASE62, 37],
  ["fw_", BASE62, 22],
  ["xai-", BASE62, 80],
  ["pplx-", BASE62, 48],
  ["tgp_v1_", BASE62, 43],
  ["nvapi-", `${BASE62}_-`, 64],
  ["ghp_", BASE62, 36],
  ["github_pat_", `${BASE62}_`, 82],
  ["glpat-", `${BASE62}_-`, 20],
  ["xoxb-", `${BASE62}-`, 50],
  ["dapi", "0123456789abcdef", 32],
  ["AKIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16],
  ["ASIA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16],
  ["ABSK", BASE62, 124],
  ["AIza", `${BASE62}_-`, 35],
  ["ya29.", `${BASE62}_-`, 100],
  ["eyJhbGciOiJIUzI1NiJ9.eyJ", `${BASE62}_-`, 60],
];
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const PROSE = Object.values(VOCABULARY.prose).flat();

/** Where a key turns up in an argument or a file. */
const AROUND = ["", "Bearer ", "Token ", "key=", '{"a":"', "https://host.example/v1/?k="];

/** Every way in which a name of several words is written. */
const STYLES: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.join("-"),
  (words) => words.join("_"),
  (words) => words.join("_").toUpperCase(),
  (words) => words.map(capital).join("-"),
  (words) => words.map(capital).join(""),
  (words) => words[0]! + words.slice(1).map(capital).join(""),
];
const SECRET_NAMES = [
  "token",
  "x token",
  "hf token",
  "github token",
  "x auth token",
  "access token",
  "refresh token",
  "x amz security token",
  "secret",
  "client secret",
  "secret access key",
  "aws access key id",
  "api key",
  "x goog api key",
  "ocp apim subscription key",
  "private key",
  "password",
  "authorization",
  "proxy authorization",
  "cookie",
  "set cookie",
  "db credentials",
];

/** Members of real request bodies, and headers that carry no key: all of them hold a word that could be mistaken. */
const HARMLESS_NAMES = [
  "max_tokens",
  "max_completion_tokens",
  "min_tokens",
  "maxTokensField",
  "token_count",
  "tokenizer",
  "tokenizer_mode",
  "tokens",
  "prompt_tokens",
  "stop_token_ids",
  "eos_token",
  "bos_token",
  "pad_token",
  "skip_special_tokens",
  "return_tokens_as_token_ids",
  "time_per_output_token",
  "usdPerMtok",
  "thinking_token_budget",
  "apiKeyEnv",
  "api-key-env",
  "prompt_cache_key",
  "idempotency-key",
  "x-idempotency-key",
  "key",
  "public_key",
  "keyword",
  "monkey",
  "user",
  "author",
  "x-authored-by",
  "passage",
  "bypass",
  "secretary",
  "x-request-id",
];

const HARMLESS_VALUES = [
  "sk-SK",
  "sk-SK,sk;q=0.9,en;q=0.8",
  "sk-learn",
  "hf_hub_download",
  "hf_transfer",
  "fw_version",
  "Basic retrieval",
  "basic load test",
  "bearer of bad news",
  "eyJafjallajökull",
  "gsk_",
  "AIzawa",
  "akia",
  "meta-llama/Llama-3.1-405B-Instruct-FP8",
  "accounts/fireworks/models/llama-v3p1-405b-instruct",
  "0f8fad5b-d9cb-469f-a165-70867728950e",
  "2026-11-23T18:49:38.000Z",
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "https://api.seller.example/v1",
  "TOGETHER_API_KEY",
];

describe("a credential", () => {
  it.each(KEYS)("that begins with %s is known by its look, wherever it stands", (prefix, alphabet, length) => {
    fc.assert(
      fc.property(from(alphabet, length), fc.constantFrom(...AROUND), (rest, before) => {
        expect(isSecretValue(`${before}${prefix}${rest}`)).toBe(true);
      }),
    );
  });

  it("is known by its look in a basic authorization, with any user and password", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (user, password) => {
        expect(isSecretValue(`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`)).toBe(true);
      }),
    );
  });

  it.each(["-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN RSA PRIVATE KEY-----", "Bearer abc", "sk-1234"])(
    "is known by its look: %s",
    (value) => expect(isSecretValue(value)).toBe(true),
  );

  it.each(SECRET_NAMES)("is known by the name %s in every way of writing it, with anything before", (name) => {
    const vendor = fc.constantFrom("x", "my", "acme", "openai", "vendor2");
    fc.assert(
      fc.property(fc.constantFrom(...STYLES), fc.array(vendor, { maxLength: 2 }), (style, before) => {
        const written = style([...before, ...name.split(" ")]);
        expect({ written, secret: isSecretName(written) }).toEqual({ written, secret: true });
      }),
    );
  });

  it.each(["apikey", "xapikey", "AuthToken", "authtoken", "clientsecret", "APIKey", "openAIApiKey", " x-token "])(
    "is known by the name %s",
    (name) => expect(isSecretName(name)).toBe(true),
  );
});

describe("what is no credential", () => {
  it.each(HARMLESS_NAMES)("has a name such as %s", (name) => expect(isSecretName(name)).toBe(false));

  it("has a name that ends in a number of tokens, whatever is before", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const ends = ["tokens", "token_count", "token_ids", "tokens_per_second", "tokenizer", "token_limit"];
    fc.assert(
      fc.property(fc.array(word), fc.constantFrom(...ends), fc.constantFrom(...STYLES), (before, end, style) => {
        const name = style([...before, ...end.split("_")]);
        expect({ name, secret: isSecretName(name) }).toEqual({ name, secret: false });
      }),
    );
  });

  it.each(HARMLESS_VALUES)("has a value such as %s", (value) => expect(isSecretValue(value)).toBe(false));

  it("has a value of words, with whatever between them", () => {
    const word = fc.constantFrom(...PROSE, "sk", "hf", "basic", "bearer", "token", "key", "405b", "fp8");
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 3 }),
        fc.constantFrom(" ", "-", "_", "/", ", ", "."),
        (words, between) => {
          const value = words.join(between);
          expect({ value, secret: isSecretValue(value) }).toEqual({ value, secret: false });
        },
      ),
      { numRuns: 1000 },
    );
  });
});
