/** What the tabs show besides *Who wrote it*. */
import '../what-if/removal-bar';
import '../what-if/what-if-charts';
import './lens-section';
import './patch-section';
import './set-section';
