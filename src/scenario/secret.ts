/** How the common keys, tokens and authorization values begin; none of these opens anything that belongs in a file. */
const SECRET_VALUE = /^(?:sk-|sk_|gsk_|hf_|r8_|fw_|xai-|nvapi-|AKIA|AIza|eyJ|bearer\s|basic\s)/i;

const SECRET_NAME =
  /^(?:(?:proxy-)?authorization|(?:\w+-)*(?:api|subscription)[-_]?key|(?:\w+-)*(?:auth|access|security)[-_]?token|cookie|password|secret)$/i;

/** What to do instead. */
export const SECRET_MEND = "put the key in an environment variable and name it in apiKeyEnv";

/** True for a text that looks like a credential. */
export function isSecretValue(value: string): boolean {
  return SECRET_VALUE.test(value.trim());
}

/** True for a header or member whose very name says that its value is a credential. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.trim());
}
