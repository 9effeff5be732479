import { initPackedCharts } from '../api/packed';
import palette from '../palette.css?raw';
import './logit-attribution';
import style from './saved.css?inline';

// In a page that stands alone nothing can be fetched: the charts come with this script. What goes wrong, each element says.
initPackedCharts().catch(() => {});

// Its policy allows no style of its own; what a script adopts is the script's.
const sheet = new CSSStyleSheet();
sheet.replaceSync(palette + style);
document.adoptedStyleSheets.push(sheet);
