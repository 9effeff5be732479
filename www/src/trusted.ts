import type { TrustedTypePolicy, TrustedTypePolicyFactory } from 'trusted-types/lib';

let policy: Pick<TrustedTypePolicy, 'createScriptURL'> | undefined;

/**
 * The URL of a script of Logitscope's own, as a page takes it whose policy asks for Trusted Types: that has to allow the name
 * `logitscope`.
 */
export function ownScript(url: string | URL): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypePolicyFactory };
  policy ??= trustedTypes?.createPolicy('logitscope', { createScriptURL: (url) => url });
  // The browser's types know plain text alone.
  return (policy?.createScriptURL(String(url)) ?? String(url)) as string;
}
