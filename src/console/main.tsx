/** Where the console begins. */
import { render } from 'preact';
import { App } from './app.tsx';
import './style/theme.css';
import './style/shell.css';
import './style/controls.css';
import './style/parts.css';
import './style/policy.css';
import './style/views.css';

const place = document.getElementById('console');
if (place !== null) render(<App />, place);
