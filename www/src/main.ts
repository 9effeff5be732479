import './styles.css';
import { Page } from './elements/page/page';
import { holdVersion, keepPage } from './isolation';
import { Stores } from './stores/stores';

holdVersion();
const stores = new Stores();
stores.address.follow();
const page = new Page();
page.stores = stores;
// In a turn of its own: a phone is not held up for as long as the script and the first picture take together.
setTimeout(() => document.body.prepend(page));

// Whatever can wait does, until there is an answer of the model's.
stores.answer.addEventListener('change', function answered() {
  if (!stores.answer.answered) return;
  stores.answer.removeEventListener('change', answered);
  import('./elements/page/other-tabs').catch(() => undefined);
  setTimeout(() => void keepPage(), 1000);
});
