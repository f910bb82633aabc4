package org.sallyport.dicom.image.internal;

/**
 * The inverse DCT of 8×8 blocks (ITU-T T.81 A.3.3) in whole numbers, after Loeffler, Ligtenberg and Moschytz (ICASSP 1989): 12 multiplications
 * for a row or column. Rounds as the "slow" one of the IJG's library does, so that other software gets the same samples. Owned by one thread.
 */
final class Idct {

    private static final int BITS = 13;

    private static final int C_0_298631336 = 2446;
    private static final int C_0_390180644 = 3196;
    private static final int C_0_541196100 = 4433;
    private static final int C_0_765366865 = 6270;
    private static final int C_0_899976223 = 7373;
    private static final int C_1_175875602 = 9633;
    private static final int C_1_501321110 = 12299;
    private static final int C_1_847759065 = 15137;
    private static final int C_1_961570560 = 16069;
    private static final int C_2_053119869 = 16819;
    private static final int C_2_562915447 = 20995;
    private static final int C_3_072711026 = 25172;

    private final int extraBits;
    private final int center;
    private final int max;
    private final int[] work = new int[64];
    private final int[] line = new int[8];

    /** @param precision bits of a sample, 8 or 12 */
    Idct(int precision) {
        // Twelve bits leave less room for fractions in 32 bits.
        this.extraBits = precision == 8 ? 2 : 1;
        this.center = 1 << precision - 1;
        this.max = (1 << precision) - 1;
    }

    /** @param coefficients of a block, dequantized, row by row */
    void transform(int[] coefficients, short[] plane, int at, int stride) {
        for (int x = 0; x < 8; x++) {
            column(coefficients, x);
        }
        int shift = BITS + extraBits + 3;
        for (int y = 0; y < 8; y++) {
            butterfly(work, 8 * y, 1, shift);
            int out = at + y * stride;
            for (int x = 0; x < 8; x++) {
                plane[out + x] = clamp(line[x]);
            }
        }
    }

    /** A block whose only coefficient is the first is flat. */
    void flat(int coefficient, short[] plane, int at, int stride) {
        short sample = clamp((coefficient << extraBits) + (1 << extraBits + 2) >> extraBits + 3);
        for (int y = 0, out = at; y < 8; y++, out += stride) {
            for (int x = 0; x < 8; x++) {
                plane[out + x] = sample;
            }
        }
    }

    private short clamp(int value) {
        return (short) Math.max(0, Math.min(max, value + center));
    }

    private void column(int[] c, int x) {
        if ((c[x + 8] | c[x + 16] | c[x + 24] | c[x + 32] | c[x + 40] | c[x + 48] | c[x + 56]) == 0) {
            int value = c[x] << extraBits;
            for (int y = x; y < 64; y += 8) {
                work[y] = value;
            }
            return;
        }
        butterfly(c, x, 8, BITS - extraBits);
        for (int y = 0; y < 8; y++) {
            work[x + 8 * y] = line[y];
        }
    }

    /** Eight numbers to eight numbers, rounded after they are moved to the right. */
    private void butterfly(int[] in, int at, int step, int shift) {
        int z2 = in[at + 2 * step];
        int z3 = in[at + 6 * step];
        int z1 = (z2 + z3) * C_0_541196100;
        int even2 = z1 - z3 * C_1_847759065;
        int even3 = z1 + z2 * C_0_765366865;
        int even0 = in[at] + in[at + 4 * step] << BITS;
        int even1 = in[at] - in[at + 4 * step] << BITS;
        int round = 1 << shift - 1;
        int sum0 = even0 + even3 + round;
        int sum3 = even0 - even3 + round;
        int sum1 = even1 + even2 + round;
        int sum2 = even1 - even2 + round;

        int odd0 = in[at + 7 * step];
        int odd1 = in[at + 5 * step];
        int odd2 = in[at + 3 * step];
        int odd3 = in[at + step];
        int z4 = odd1 + odd3;
        z3 = odd0 + odd2;
        int z5 = (z3 + z4) * C_1_175875602;
        z1 = (odd0 + odd3) * -C_0_899976223;
        z2 = (odd1 + odd2) * -C_2_562915447;
        z3 = z3 * -C_1_961570560 + z5;
        z4 = z4 * -C_0_390180644 + z5;
        odd0 = odd0 * C_0_298631336 + z1 + z3;
        odd1 = odd1 * C_2_053119869 + z2 + z4;
        odd2 = odd2 * C_3_072711026 + z2 + z3;
        odd3 = odd3 * C_1_501321110 + z1 + z4;

        line[0] = sum0 + odd3 >> shift;
        line[7] = sum0 - odd3 >> shift;
        line[1] = sum1 + odd2 >> shift;
        line[6] = sum1 - odd2 >> shift;
        line[2] = sum2 + odd1 >> shift;
        line[5] = sum2 - odd1 >> shift;
        line[3] = sum3 + odd0 >> shift;
        line[4] = sum3 - odd0 >> shift;
    }
}
