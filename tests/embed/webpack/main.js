import { ask } from '../ask.js';

document.querySelector('output').textContent = await ask();
