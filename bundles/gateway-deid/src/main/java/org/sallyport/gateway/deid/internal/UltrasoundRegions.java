package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.image.Region;

/** The picture proper of an ultrasound image (PS3.3 C.8.5.5): what the device says its regions are. Pure functions. */
final class UltrasoundRegions {

    private static final int MOST = 100;

    private UltrasoundRegions() {}

    /** Everything outside of the smallest rectangle around all regions; empty if none is told, or one that cannot be. */
    static List<Region> outside(DataSet head, ObjectKind kind) {
        List<DataSet> items = head.items(Tag.SequenceOfUltrasoundRegions);
        if (items.isEmpty() || items.size() > MOST || kind.rows() == 0 || kind.columns() == 0) {
            return List.of();
        }
        int left = kind.columns();
        int top = kind.rows();
        int right = 0;
        int bottom = 0;
        for (DataSet item : items) {
            int x0 = item.intValue(Tag.RegionLocationMinX0, -1);
            int y0 = item.intValue(Tag.RegionLocationMinY0, -1);
            int x1 = item.intValue(Tag.RegionLocationMaxX1, -1);
            int y1 = item.intValue(Tag.RegionLocationMaxY1, -1);
            if (x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0 || x1 >= kind.columns() || y1 >= kind.rows()) {
                return List.of();
            }
            left = Math.min(left, x0);
            top = Math.min(top, y0);
            right = Math.max(right, x1 + 1);
            bottom = Math.max(bottom, y1 + 1);
        }
        List<Region> outside = new ArrayList<>();
        add(outside, 0, 0, kind.columns(), top);
        add(outside, 0, bottom, kind.columns(), kind.rows() - bottom);
        add(outside, 0, top, left, bottom - top);
        add(outside, right, top, kind.columns() - right, bottom - top);
        return outside;
    }

    private static void add(List<Region> regions, int left, int top, int width, int height) {
        if (width > 0 && height > 0) {
            regions.add(new Region(left, top, width, height));
        }
    }
}
