package org.sallyport.gateway.api.baseline;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What of a package other bundles can use, one line for each type and member, in the words of Java. */
final class ApiSignature {

    /** Lines that begin so ask something of those who implement a type. */
    static final String TO_IMPLEMENT = "implement ";

    private ApiSignature() {}

    /** @param classes folder of the compiled package */
    static Set<String> of(Path classes, String packageName) throws IOException {
        Set<String> lines = new TreeSet<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(classes.resolve(packageName.replace('.', '/')))) {
            files = all.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            String name = String.valueOf(file.getFileName()).replace(".class", "");
            if (!name.equals("package-info")) {
                try {
                    type(Class.forName(packageName + "." + name, false, ApiSignature.class.getClassLoader()), lines);
                } catch (ClassNotFoundException e) {
                    throw new IOException(e);
                }
            }
        }
        return lines;
    }

    static void type(Class<?> type, Set<String> lines) throws IOException {
        if (!isVisible(type)) {
            return;
        }
        String name = name(type);
        lines.add(kind(type) + " " + name + parents(type));
        boolean implementedByOthers = isConsumerType(type);
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers())) {
                lines.add(name + "." + field.getName() + ": " + flags(field.getModifiers()) + field.getGenericType()
                        + constant(field));
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers())) {
                lines.add(name + ".new" + signature(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method.getModifiers()) && !method.isSynthetic()) {
                boolean asked = implementedByOthers && Modifier.isAbstract(method.getModifiers());
                lines.add((asked ? TO_IMPLEMENT : "") + name + "." + method.getName() + signature(method) + ": "
                        + flags(method.getModifiers())
                        + method.getGenericReturnType().getTypeName());
            }
        }
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> outer = type; outer != null; outer = outer.getDeclaringClass()) {
            if (!isVisible(outer.getModifiers())) {
                return false;
            }
        }
        return !type.isSynthetic() && !type.isAnonymousClass();
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String kind(Class<?> type) {
        String flags = flags(type.getModifiers() & ~Modifier.INTERFACE & ~(type.isInterface() ? Modifier.ABSTRACT : 0));
        return flags
                + (type.isRecord() ? "record" : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class");
    }

    private static String parents(Class<?> type) {
        String parents = Stream.concat(
                        Stream.ofNullable(type.getGenericSuperclass()).filter(parent -> parent != Object.class),
                        Arrays.stream(type.getGenericInterfaces()))
                .map(Type::getTypeName)
                .collect(Collectors.joining(", "));
        return parents.isEmpty() ? "" : " of " + parents;
    }

    private static String flags(int modifiers) {
        int told = modifiers & (Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT | Modifier.PROTECTED);
        return told == 0 ? "" : Modifier.toString(told) + " ";
    }

    private static String signature(Executable member) {
        String parameters = Arrays.stream(member.getGenericParameterTypes())
                .map(Type::getTypeName)
                .collect(Collectors.joining(", ", "(", ")"));
        String thrown = Arrays.stream(member.getGenericExceptionTypes())
                .map(Type::getTypeName)
                .sorted()
                .collect(Collectors.joining(", "));
        return parameters + (thrown.isEmpty() ? "" : " throws " + thrown);
    }

    /** The compiler copies constants into those who use them: a new value is a change. */
    private static String constant(Field field) throws IOException {
        int constant = Modifier.STATIC | Modifier.FINAL;
        boolean told = (field.getModifiers() & constant) == constant
                && (field.getType().isPrimitive() || field.getType() == String.class);
        try {
            return told ? " = " + field.get(null) : "";
        } catch (IllegalAccessException e) {
            throw new IOException(e);
        }
    }

    /** The annotation is in the class file only. */
    private static boolean isConsumerType(Class<?> type) throws IOException {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " is not there");
            }
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .contains("Lorg/osgi/annotation/versioning/ConsumerType;");
        }
    }

    private static String name(Class<?> type) {
        return type.getName();
    }
}
