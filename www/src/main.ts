import './styles.css';
import './elements/page';
import { followLink } from './link';

followLink();
