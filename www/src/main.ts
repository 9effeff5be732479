import './elements/page';
