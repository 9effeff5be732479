import './styles.css';
import { Page } from './elements/page/page';
import { isolate } from './isolation';
import { Stores } from './stores/stores';

const stores = new Stores();
const page = new Page();
page.stores = stores;
document.body.prepend(page);

await isolate();
stores.address.follow();
