import type { Box } from './chartOverlay';

/** Below this many px a press is a click. */
const THRESHOLD_PX = 4;

export interface DragTarget {
  /** The part of the element where a drag selects, in its CSS px. */
  area(): { left: number; right: number; top: number; bottom: number };
  /** null when the drag ended or was given up. */
  onSelection(box: Box | null): void;
  onZoom(axis: 'x' | 'y', fromPixel: number, toPixel: number): void;
}

/** Drag selects a range of x, Shift-drag one of y. Escape gives up. The wheel is left to the page. */
export function listenForDrag(element: HTMLElement, target: DragTarget): void {
  let start: { x: number; y: number; axis: 'x' | 'y' } | null = null;
  let moved = false;

  const position = (event: PointerEvent) => {
    const bounds = element.getBoundingClientRect();
    const { left, right, top, bottom } = target.area();
    return {
      x: Math.min(right, Math.max(left, event.clientX - bounds.left)),
      y: Math.min(bottom, Math.max(top, event.clientY - bounds.top)),
    };
  };
  const giveUp = () => {
    start = null;
    moved = false;
    target.onSelection(null);
  };

  element.addEventListener('pointerdown', event => {
    if (event.button === 0 && event.isPrimary) {
      start = { ...position(event), axis: event.shiftKey ? 'y' : 'x' };
      moved = false;
      element.setPointerCapture(event.pointerId);
    }
  });
  element.addEventListener('pointermove', event => {
    if (!start) {
      return;
    }
    const here = position(event);
    moved ||= Math.abs(here[start.axis] - start[start.axis]) >= THRESHOLD_PX;
    if (moved) {
      target.onSelection(selectionBox(start, here, target.area()));
    }
  });
  element.addEventListener('pointerup', event => {
    if (start && moved) {
      const here = position(event);
      const { axis } = start;
      target.onZoom(axis, Math.min(start[axis], here[axis]), Math.max(start[axis], here[axis]));
    }
    giveUp();
  });
  element.addEventListener('pointercancel', giveUp);
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape' && start) {
      event.stopImmediatePropagation();
      giveUp();
    }
  });
}

function selectionBox(
  start: { x: number; y: number; axis: 'x' | 'y' },
  here: { x: number; y: number },
  area: { left: number; right: number; top: number; bottom: number },
): Box {
  return start.axis === 'x'
    ? {
        left: Math.min(start.x, here.x),
        width: Math.abs(here.x - start.x),
        top: area.top,
        height: area.bottom - area.top,
      }
    : {
        left: area.left,
        width: area.right - area.left,
        top: Math.min(start.y, here.y),
        height: Math.abs(here.y - start.y),
      };
}
