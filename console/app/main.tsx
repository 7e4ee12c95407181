import { createRoot } from 'react-dom/client';
import './styles.css';
import { connectApi } from '../api/client.ts';
import { App } from './app.tsx';
import { accessToken, renew, start } from './session.ts';
import { settings } from './settings.ts';
import { showTheme } from './theme.ts';

const { url, paths, brand } = settings;
document.title = brand.name;
showTheme();
connectApi({ url: new URL(url).pathname.replace(/\/$/, ''), paths, accessToken, renew });

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(<App />);
void start();
