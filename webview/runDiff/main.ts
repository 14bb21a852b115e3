import './runDiff.css';
import '../shared/elements';
import './runDiffApp';
