import type { ViewState, Zoom } from './viewState';

type Zooms = ViewState['zooms'];

/** How a chart was zoomed, outermost first. */
export function zoomSteps(zooms: Zooms, metricKey: string): readonly Zoom[] {
  return zooms.find(zoom => zoom.metricKey === metricKey)?.steps ?? [];
}

export function withZoom(zooms: Zooms, metricKey: string, zoom: Zoom): Zooms {
  return withSteps(zooms, metricKey, [...zoomSteps(zooms, metricKey), zoom]);
}

export function withoutLastZoom(zooms: Zooms, metricKey: string): Zooms {
  return withSteps(zooms, metricKey, zoomSteps(zooms, metricKey).slice(0, -1));
}

export function withoutZoom(zooms: Zooms, metricKey: string): Zooms {
  return withSteps(zooms, metricKey, []);
}

function withSteps(zooms: Zooms, metricKey: string, steps: readonly Zoom[]): Zooms {
  const others = zooms.filter(zoom => zoom.metricKey !== metricKey);
  return steps.length === 0 ? others : [...others, { metricKey, steps }];
}
