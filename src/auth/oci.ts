import type { SignInResult, SignInTools, Variables } from "../core/sign-in.ts";
import { homePath } from "./credentials.ts";
import { readIni } from "./ini.ts";
import { rsaKey } from "./jwt.ts";
import { signOci } from "./oci-signature.ts";
import { serverClock } from "./server-clock.ts";

/** A signature is good for five minutes around its date. */
const FRESH_MS = 150_000;

/**
 * Oracle Cloud: requests are signed with the API key that a profile of `~/.oci/config` names (`OCI_CONFIG_FILE`,
 * `OCI_CONFIG_PROFILE`).
 */
export async function ociSignIn(variables: Variables, tools: SignInTools): Promise<SignInResult> {
  const path = homePath(variables("OCI_CONFIG_FILE") ?? "~/.oci/config", variables);
  const profile = variables("OCI_CONFIG_PROFILE") ?? "DEFAULT";
  const text = await tools.readFile(path);
  if (text === null) {
    return {
      ok: false,
      problems: [`no OCI credentials: ${path} cannot be read; set OCI_CONFIG_FILE to your config file`],
    };
  }
  const sections = readIni(text);
  const section = sections.get(profile);
  if (section === undefined) {
    return { ok: false, problems: [`${path} has no profile ${profile}: set OCI_CONFIG_PROFILE to one that it has`] };
  }
  // What a profile leaves out is taken from the default one.
  const of = (name: string): string | undefined => section.get(name) ?? sections.get("DEFAULT")?.get(name);
  const missing = ["tenancy", "user", "fingerprint", "key_file"].filter((name) => (of(name) ?? "") === "");
  if (missing.length > 0)
    return { ok: false, problems: [`${path}, profile ${profile}: ${missing.join(", ")} missing`] };
  const keyPath = homePath(of("key_file")!, variables);
  const pem = await tools.readFile(keyPath);
  const passphrase = of("pass_phrase") ?? null;
  const key = pem === null ? null : rsaKey(pem, passphrase);
  if (pem === null || key === null) {
    const why = pem === null ? "cannot be read" : "is no RSA key, or its pass_phrase is missing or wrong";
    return { ok: false, problems: [`${keyPath}, the key_file of ${path}, ${why}`] };
  }
  const known = { keyId: `${of("tenancy")}/${of("user")}/${of("fingerprint")}`, key };
  const clock = serverClock(tools.nowMs);
  return {
    ok: true,
    signIn: {
      authorize: async (request) => ({
        ok: true,
        request: signOci(request, known, clock.nowMs()),
        freshForMs: FRESH_MS,
      }),
      refused: (_request, response) => clock.learn(response),
      secrets: () => [pem, ...(passphrase === null ? [] : [passphrase])],
    },
  };
}
