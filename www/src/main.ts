import './styles.css';
import { Page } from './elements/page/page';
import { holdVersion, keepPage } from './isolation';
import { Stores } from './stores/stores';

holdVersion();
const stores = new Stores();
const page = new Page();
page.stores = stores;
document.body.prepend(page);
stores.address.follow();

// Whatever can wait does, until there is an answer.
stores.answer.addEventListener('change', function answered() {
  if (!stores.answer.answered) return;
  stores.answer.removeEventListener('change', answered);
  import('./elements/page/other-tabs').catch(() => undefined);
  setTimeout(() => void keepPage(), 1000);
});
