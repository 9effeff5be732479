import { PatchGrid, type Patching } from '../api/charts';
import { SITES, type Site } from '../state/what-if';
import { promptText, signed } from '../words/format';
import { SITE_NAMES } from '../words/patching';
import { asked as question } from '../words/trail';
import { askedOf, modelOf, subjectFrom, titleOf } from './asked';
import type { PatchingExhibit } from './exhibit';
import { numberOf, numbersOf, texts, tokensOf, wholeNumbersOf, unreadable, type Json } from './json';
import './patching-exhibit';

/** Exported activation patching. */
export function readPatching(json: Json): PatchingExhibit {
  const site = SITES.find((site) => site === json['site']);
  if (!site) throw unreadable(`\`site\`: ${JSON.stringify(json['site'])} is not one of ${SITES.join(', ')}.`);
  const [clean, corrupted] = [numberOf(json, 'clean'), numberOf(json, 'corrupted')];
  if (clean === undefined || corrupted === undefined) throw unreadable('`clean` or `corrupted` is missing: the logits of the two prompts as they are.');
  const [layers = 1, , heads = 1] = wholeNumbersOf(json, 'shape');
  const labels = [`L${layers - 1}H${heads - 1}`];
  const asked = askedOf(json, labels);
  const tokens = tokensOf(json, 'corrupted_tokens');
  const patching: Patching = { site, position: asked.position, shape: wholeNumbersOf(json, 'shape'), logit: numbersOf(json, 'logit'), clean, corrupted };
  const grid = new PatchGrid(patching, texts(asked.tokens), texts(tokens), subjectFrom(json, asked));
  return {
    kind: 'patching',
    prompt: promptText(asked),
    heading: titleOf(json) ?? question(asked),
    note: `Into “${promptText({ ...asked, tokens })}”: ${putIn(site)} of the first sentence, one at a time. 0 is what the second says (${signed(corrupted)}), 1 what the first does (${signed(clean)}).`,
    model: modelOf(json),
    asked,
    tokens,
    site,
    patching,
    grid,
    free: () => grid.free(),
  };
}

function putIn(site: Site): string {
  return site === 'z_by_position' ? `${SITE_NAMES.z}, by token,` : SITE_NAMES[site];
}
