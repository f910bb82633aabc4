package org.sallyport.benchmarks;

/** What is measured: who sends to whom, and over how many associations. */
record Setting(Shape shape, ReceivingSystem system, Sender sender, int associations) {

    @Override
    public String toString() {
        return shape.name() + ": " + sender.name() + " to " + system.name() + " (" + system.durability() + "), "
                + associations + (associations == 1 ? " association" : " associations");
    }
}
