package org.sallyport.gateway.deid.internal;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;

/** Images made up for tests, with and without burned-in text; the same for the same arguments. */
final class Pictures {

    static final int SIDE = 256;

    /** What lies behind text. */
    enum Scene {
        BLACK,
        GRADIENT,
        NOISE,
        /** A disc with a bright rim, as a phantom or a head in CT. */
        PHANTOM,
        /** A fan of speckle on black. */
        ULTRASOUND,
        GRID
    }

    private Pictures() {}

    /** Shades from 0 to 1, row by row. */
    static double[] scene(Scene scene) {
        Random random = new Random(7);
        double[] shades = new double[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                shades[y * SIDE + x] = Math.max(0, Math.min(1, shade(scene, x, y, random)));
            }
        }
        return shades;
    }

    private static double shade(Scene scene, int x, int y, Random random) {
        double fromCentre = Math.hypot(x - SIDE / 2, y - SIDE / 2) / SIDE;
        double fromTop = Math.hypot(x - SIDE / 2, y) / SIDE;
        return switch (scene) {
            case BLACK -> 0;
            case GRADIENT -> (double) x / SIDE;
            case NOISE -> 0.5 + random.nextGaussian() * 0.15;
            case PHANTOM -> (fromCentre < 0.28 ? 0.35 : fromCentre < 0.31 ? 0.7 : 0.02) + random.nextGaussian() * 0.03;
            case ULTRASOUND ->
                fromTop > 0.2 && fromTop < 0.9 && Math.abs(x - SIDE / 2) < y
                        ? Math.abs(random.nextGaussian()) * 0.2
                        : 0;
            case GRID -> x % 32 < 2 || y % 32 < 2 ? 1 : 0.1;
        };
    }

    /** How much of each pixel letters cover, from 0 to 1. */
    static double[] letters(int size, int left, int baseline, String... lines) {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        for (int i = 0; i < lines.length; i++) {
            graphics.drawString(lines[i], left, baseline + i * size * 3 / 2);
        }
        graphics.dispose();
        byte[] drawn = ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
        double[] covered = new double[drawn.length];
        for (int i = 0; i < drawn.length; i++) {
            covered[i] = (drawn[i] & 0xFF) / 255.0;
        }
        return covered;
    }

    /** White letters on a scene. */
    static double[] burnedIn(Scene scene, int size, String... lines) {
        return over(scene(scene), letters(size, 6, 6 + size, lines));
    }

    static double[] over(double[] shades, double[] covered) {
        double[] both = shades.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] = shades[i] * (1 - covered[i]) + covered[i];
        }
        return both;
    }

    /** 16 bits a pixel, of which 12 count. */
    static DataSet of16Bits(String photometric, double[]... frames) {
        ByteBuffer pixels = ByteBuffer.allocate(frames.length * SIDE * SIDE * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (double[] frame : frames) {
            for (double shade : frame) {
                pixels.putShort((short) Math.round(4095 * (photometric.equals("MONOCHROME1") ? 1 - shade : shade)));
            }
        }
        return image(photometric, 1, 12, VR.OW, pixels.array(), frames.length);
    }

    static DataSet of8Bits(String photometric, double[] frame) {
        byte[] pixels = new byte[frame.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(255 * (photometric.equals("MONOCHROME1") ? 1 - frame[i] : frame[i]));
        }
        return image(photometric, 1, 8, VR.OB, pixels, 1);
    }

    /** Grey shades under letters of one colour. */
    static DataSet ofColours(double[] shades, double[] covered, Color colour) {
        byte[] pixels = new byte[3 * shades.length];
        float[] rgb = colour.getRGBColorComponents(null);
        for (int i = 0; i < shades.length; i++) {
            for (int sample = 0; sample < 3; sample++) {
                pixels[3 * i + sample] =
                        (byte) Math.round(255 * (shades[i] * (1 - covered[i]) + covered[i] * rgb[sample]));
            }
        }
        return image("RGB", 3, 8, VR.OB, pixels, 1);
    }

    private static DataSet image(String photometric, int samples, int stored, VR vr, byte[] pixels, int frames) {
        DataSet image = Gate.withoutPixels();
        image.setString(Tag.PhotometricInterpretation, photometric);
        image.setInt(Tag.SamplesPerPixel, samples);
        if (samples > 1) {
            image.setInt(Tag.PlanarConfiguration, 0);
        }
        image.setInt(Tag.Rows, SIDE);
        image.setInt(Tag.Columns, SIDE);
        image.setInt(Tag.BitsAllocated, stored > 8 ? 16 : 8);
        image.setInt(Tag.BitsStored, stored);
        image.setInt(Tag.HighBit, stored - 1);
        if (frames > 1) {
            image.setString(Tag.NumberOfFrames, String.valueOf(frames));
        }
        image.put(Element.of(Tag.PixelData, vr, pixels));
        return image;
    }
}
