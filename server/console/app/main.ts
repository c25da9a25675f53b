import { createApp } from 'vue';
import App from './App.vue';
import { crashed, watchForCrashes } from './crash.ts';
import { router } from './router.ts';
import { tellStability } from './stability.ts';
import './styles/theme.css';

watchForCrashes(router);
tellStability();
const app = createApp(App);
app.config.errorHandler = (error, _instance, info) => crashed(error, info);
app.use(router);
// Replaces the server's text.
app.mount('#app');
