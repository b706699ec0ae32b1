import '@lumino/widgets/style/index.css';
import '@jupyterlab/ui-components/style/index.css';
import '@jupyterlab/apputils/style/base.css';
import './index.css';
import './page.css';
