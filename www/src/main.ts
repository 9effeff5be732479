import './styles.css';
import './elements/page';
import { isolate } from './isolation';
import { followLink } from './link';

await isolate();
followLink();
