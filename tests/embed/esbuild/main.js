import { ask } from '../ask.js';

// As the classic script that esbuild writes by default.
ask().then((answer) => (document.querySelector('output').textContent = answer));
