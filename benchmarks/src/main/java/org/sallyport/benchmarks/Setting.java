package org.sallyport.benchmarks;

/** What is measured: who sends to whom, and over how many associations. */
record Setting(Shape shape, ReceivingSystem system, Sender sender, int associations) {

    /** Of a pair that stalls: 40 ms for each image, whatever comes, so that more of them tell nothing more. */
    private static final int STALLED_IMAGES = 250;

    /** Programs that are compiled beforehand are as fast at once; this is for caches and files. */
    private static final int WARM_UP_IMAGES = 2_000;

    /** Whether each of the two waits for the other: Nagle's algorithm here, delayed acknowledgements there. */
    private boolean stalls() {
        return sender.usesNagle() && !system.acknowledgesAtOnce();
    }

    /** How many images of the study are sent against the clock, the first ones. */
    int images() {
        return stalls() ? Math.min(STALLED_IMAGES, shape.images()) : shape.images();
    }

    /** How many are sent before. */
    int warmUpImages() {
        return system.isCompiledWhileItRuns() ? shape.warmUpImages() : WARM_UP_IMAGES;
    }

    @Override
    public String toString() {
        return shape.name() + ": " + sender.name() + " to " + system.name() + " (" + system.durability() + "), "
                + associations + (associations == 1 ? " association" : " associations");
    }
}
