import { middle } from '../../words/format';

/** What a page that stands alone has in it. */
export interface Saved {
  /** The exported answer. */
  json: string;
  /** The part that is selected. */
  selected?: string;
  /** The same as a picture with its caption: what is seen where scripts are not run. */
  svg: string;
  title: string;
  /** Of what it was saved from. */
  link: string;
}

/**
 * An answer as one HTML file with its charts, its numbers and all that draws them. It fetches nothing and is allowed nothing
 * else, so it opens from a disk, in a mail, and in a frame that is shut off.
 */
export async function savedPage({ json, selected, svg, title, link }: Saved): Promise<string> {
  const { default: code, hash } = await import('../../embed/saved?code');
  const policy = `default-src 'none'; script-src '${hash}' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(middle(title, 120))}</title>
</head>
<body>
<main>
<logit-attribution${selected ? ` selected="${escaped(selected)}"` : ''}>
${svg}
<script type="application/json">${json.replaceAll('<', '\\u003c')}</script>
</logit-attribution>
</main>
<footer><a href="${escaped(link)}">Open in Logitscope</a></footer>
<script type="module">${code}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
