const LABEL = /^(?:embed|pos_embed|final_post|remainder|@\d{1,9}|L\d{1,9}[HN]\d{1,9}|\d{1,9}_(?:pre|mid|attn_out|mlp_out|mlp_bias|patch))$/;

/** Whether a part could be called so: a chart is told of no other. */
export function isLabel(text: string | null): text is string {
  return text !== null && LABEL.test(text);
}
