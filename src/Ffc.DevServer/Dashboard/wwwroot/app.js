// Starts Blazor with the initializers of the component library.
import * as fluent from "../_content/Microsoft.FluentUI.AspNetCore.Components/Microsoft.FluentUI.AspNetCore.Components.lib.module.js";

await fluent.beforeWebStart?.();
await Blazor.start();
await fluent.afterWebStarted?.(Blazor);
