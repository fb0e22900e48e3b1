/** Entry point of the console. */
import { render } from 'preact';
import { App } from './app.tsx';
import './style/theme.css';
import './style/shell.css';
import './style/controls.css';
import './style/components.css';
import './style/policy.css';
import './style/fixes.css';
import './style/views.css';

const root = document.getElementById('console');
if (root !== null) render(<App />, root);
