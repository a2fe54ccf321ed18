import java.io.File;
import java.io.InputStream;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Says of each PDF file whether it keeps the PDF/A profile that it claims: one line a file, with the rules that fail.
 *
 * <p>The profiles are read with the XML parser of Java, because the package that brings the engine leaves out the one that the engine wants.
 */
public class VeraCheck {
  public static void main(String[] files) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    Map<PDFAFlavour, ValidationProfile> profiles = new TreeMap<>();
    for (String file : files) {
      try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file))) {
        PDFAFlavour flavour = parser.getFlavour();
        if (!profiles.containsKey(flavour)) profiles.put(flavour, profile(flavour));
        ValidationResult result = ValidatorFactory.createValidator(profiles.get(flavour), false).validate(parser);
        String told = result.isCompliant() ? "ok" : "fails " + failures(result);
        System.out.println(new File(file).getName() + "\t" + flavour.getId() + "\t" + profiles.get(flavour).getRules().size() + "\t" + told);
      }
    }
    System.exit(0);
  }

  private static Map<String, String> failures(ValidationResult result) {
    Map<String, String> first = new TreeMap<>();
    for (TestAssertion one : result.getTestAssertions()) {
      String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
      if (one.getStatus() == TestAssertion.Status.FAILED) first.putIfAbsent(rule, one.getMessage() + " @ " + one.getLocation().getContext());
    }
    return first;
  }

  private static ValidationProfile profile(PDFAFlavour flavour) throws Exception {
    String name = "/org/verapdf/pdfa/validation/PDFA-" + flavour.getId().toUpperCase() + ".xml";
    Document document;
    try (InputStream stream = PDFAParser.class.getResourceAsStream(name)) {
      document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(stream);
    }
    Set<Rule> rules = new HashSet<>();
    NodeList found = document.getElementsByTagName("rule");
    for (int index = 0; index < found.getLength(); index++) rules.add(rule((Element) found.item(index)));
    Set<Variable> variables = new HashSet<>();
    found = document.getElementsByTagName("variable");
    for (int index = 0; index < found.getLength(); index++) {
      Element one = (Element) found.item(index);
      String value = text(one, "value");
      variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"), text(one, "defaultValue"), value));
    }
    return Profiles.profileFromValues(flavour, Profiles.profileDetailsFromValues("", "", "", new Date()), "", rules, variables);
  }

  private static Rule rule(Element one) {
    Element id = (Element) one.getElementsByTagName("id").item(0);
    PDFAFlavour.Specification standard = PDFAFlavour.Specification.valueOf(id.getAttribute("specification"));
    RuleId own = Profiles.ruleIdFromValues(standard, id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber")));
    Boolean deferred = one.hasAttribute("deferred") ? Boolean.valueOf(one.getAttribute("deferred")) : null;
    String object = one.getAttribute("object");
    return Profiles.ruleFromValues(own, object, deferred, one.getAttribute("tags"), text(one, "description"), text(one, "test"),
        Profiles.errorFromValues(text(one, "message"), Collections.emptyList()), Collections.emptyList());
  }

  private static String text(Element of, String name) {
    NodeList found = of.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }
}
