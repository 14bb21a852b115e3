import './metricHistories.css';
import '../shared/elements';
import './metricHistoriesApp';
